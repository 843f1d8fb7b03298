/* The machine's limit for replacing small documents as Uprev does, so that no save of another program is lost: temporaries
 * in folders of their own, batch by batch; a manifest with hashes of both texts, one syncfs; each temporary exchanged with
 * its document, what came out read and hashed under a lease, the folder synced; then what came out unlinked. Reading and
 * writing, flushing, exchanging, and unlinking have a thread each.
 *
 * The "migration" is a byte splice that knows this one layout (two spaces, the last member followed by "\n}"): no JSON is
 * understood, nothing is validated, nothing is given back, no attribute is carried on, nothing is recovered, and there is
 * no report.
 *
 * usage: limit_exchange FOLDER
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { FIRST = 256, BATCH = 2048, FOLDERS = 4, LARGEST = 1 << 20 };

struct document {
  char *name;
  int changed; /* it has a temporary */
  int temporary, original; /* descriptors */
  struct stat before, after;
  unsigned char hash_before[SHA256_DIGEST_SIZE], hash_after[SHA256_DIGEST_SIZE];
};

/* Documents from `start` to before `end`, whose slots are in a folder. */
struct batch {
  size_t start, end;
  int slots, number;
};

/* From one thread to the next: one batch, handed over when the one before is done. */
struct passage {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  struct batch batch;
  int is_taken, is_over;
};

#define PASSAGE {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER}
static struct passage to_flush = PASSAGE, to_exchange = PASSAGE, to_unlink = PASSAGE;
static struct document *documents;
static size_t count;
static int folder, slots[FOLDERS];

static void fail(const char *what) {
  fprintf(stderr, "limit_exchange: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void *with(void *memory) {
  if (memory == NULL) fail("malloc");
  return memory;
}

static void hand_over(struct passage *passage, struct batch batch) {
  pthread_mutex_lock(&passage->lock);
  while (passage->is_taken) pthread_cond_wait(&passage->moved, &passage->lock);
  passage->batch = batch;
  passage->is_taken = 1;
  pthread_cond_broadcast(&passage->moved);
  pthread_mutex_unlock(&passage->lock);
}

static int next_of(struct passage *passage, struct batch *batch) {
  pthread_mutex_lock(&passage->lock);
  while (!passage->is_taken && !passage->is_over) pthread_cond_wait(&passage->moved, &passage->lock);
  int is_there = passage->is_taken;
  *batch = passage->batch;
  pthread_mutex_unlock(&passage->lock);
  return is_there;
}

static void set(struct passage *passage, int *flag, int value) {
  pthread_mutex_lock(&passage->lock);
  *flag = value;
  pthread_cond_broadcast(&passage->moved);
  pthread_mutex_unlock(&passage->lock);
}

static void done(struct passage *passage) { set(passage, &passage->is_taken, 0); }
static void end(struct passage *passage) { set(passage, &passage->is_over, 1); }

static void hash(const void *text, size_t size, unsigned char *digest) {
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, size, text);
  sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
}

/* Names of one length: ext4 searches a folder's block from its beginning. */
static void slot_name(char *out, size_t size, size_t index) { snprintf(out, size, "1%018zu", index); }

static void read_attributes(int file) {
  char names[256];
  if (flistxattr(file, names, sizeof names) < 0) fail("flistxattr");
}

static void stage(size_t index, int where, char *text) {
  static const char insertion[] = ",\n  \"version\": 2\n}";
  struct document *document = &documents[index];
  int in = openat(folder, document->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (in < 0 || fstat(in, &document->before) != 0) fail(document->name);
  ssize_t length = read(in, text, LARGEST);
  if (length < 2) fail(document->name);
  text[length] = 0;
  if (strstr(text, "\"version\"") == NULL) {
    read_attributes(in);
    if (memcmp(text + length - 2, "\n}", 2) != 0) {
      errno = EINVAL;
      fail(document->name);
    }
    hash(text, (size_t)length, document->hash_before);
    memcpy(text + length - 2, insertion, sizeof insertion - 1);
    length += (ssize_t)sizeof insertion - 1 - 2;
    hash(text, (size_t)length, document->hash_after);
    char name[32];
    slot_name(name, sizeof name, index);
    int out = openat(slots[where], name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, document->before.st_mode & 0777);
    if (out < 0 || write(out, text, (size_t)length) != length || fstat(out, &document->after) != 0) fail(name);
    document->temporary = out;
    document->changed = 1;
  }
  close(in);
}

static char *put_hash(char *out, const unsigned char *digest) {
  for (int i = 0; i < SHA256_DIGEST_SIZE; i++) out += sprintf(out, "%02x", digest[i]);
  return out;
}

static void manifest_name(char *out, size_t size, int number) { snprintf(out, size, "manifest-%d", number); }

static void write_manifest(struct batch batch) {
  char name[32], *text = with(malloc((batch.end - batch.start) * 512 + 1)), *next = text;
  for (size_t index = batch.start; index < batch.end; index++) {
    struct document *document = &documents[index];
    if (!document->changed) continue;
    next += sprintf(
        next, "%zu %.255s %lu %lu ", index, document->name, (unsigned long)document->before.st_ino,
        (unsigned long)document->after.st_ino);
    next = put_hash(put_hash(next, document->hash_before), document->hash_after);
    *next++ = '\n';
  }
  manifest_name(name, sizeof name, batch.number);
  int out = openat(slots[batch.slots], name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0 || write(out, text, (size_t)(next - text)) != next - text || close(out) != 0) fail(name);
  free(text);
}

static void *flusher(void *unused) {
  (void)unused;
  for (struct batch batch; next_of(&to_flush, &batch); done(&to_flush)) {
    write_manifest(batch);
    if (syncfs(folder) != 0) fail("syncfs");
    hand_over(&to_exchange, batch);
  }
  end(&to_exchange);
  return NULL;
}

static void exchange(size_t index, int where, char *text) {
  struct document *document = &documents[index];
  char name[32];
  slot_name(name, sizeof name, index);
  if (renameat2(slots[where], name, folder, document->name, RENAME_EXCHANGE) != 0) fail(document->name);
  int out = openat(slots[where], name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status;
  if (out < 0 || fcntl(out, F_SETLEASE, F_RDLCK) != 0 || fstat(out, &status) != 0) fail(name);
  ssize_t length = read(out, text, LARGEST);
  if (length < 0) fail(name);
  unsigned char digest[SHA256_DIGEST_SIZE];
  hash(text, (size_t)length, digest);
  read_attributes(out);
  errno = EBUSY;
  if (memcmp(digest, document->hash_before, sizeof digest) != 0) fail("somebody else changed it");
  document->original = out;
  close(document->temporary);
}

static void *exchanger(void *unused) {
  (void)unused;
  char *text = with(malloc(LARGEST));
  for (struct batch batch; next_of(&to_exchange, &batch); done(&to_exchange)) {
    for (size_t index = batch.start; index < batch.end; index++)
      if (documents[index].changed) exchange(index, batch.slots, text);
    if (fsync(folder) != 0 || fsync(slots[batch.slots]) != 0) fail("fsync");
    hand_over(&to_unlink, batch);
  }
  end(&to_unlink);
  free(text);
  return NULL;
}

static void *unlinker(void *unused) {
  (void)unused;
  char name[32];
  struct stat status;
  for (struct batch batch; next_of(&to_unlink, &batch); done(&to_unlink)) {
    for (size_t index = batch.start; index < batch.end; index++) {
      struct document *document = &documents[index];
      if (!document->changed) continue;
      slot_name(name, sizeof name, index);
      if (fstat(document->original, &status) != 0 || fcntl(document->original, F_GETLEASE) != F_RDLCK) fail(name);
      read_attributes(document->original);
      if (unlinkat(slots[batch.slots], name, 0) != 0) fail(name);
      close(document->original);
    }
    manifest_name(name, sizeof name, batch.number);
    if (unlinkat(slots[batch.slots], name, 0) != 0) fail(name);
  }
  return NULL;
}

static int by_name(const void *left, const void *right) {
  return strcmp(((const struct document *)left)->name, ((const struct document *)right)->name);
}

/* The documents of the one folder there is, in the order in which Uprev takes them. */
static void list(void) {
  DIR *stream = fdopendir(dup(folder));
  if (stream == NULL) fail("fdopendir");
  size_t room = 0;
  for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    if (fnmatch("ml_training_*.json", entry->d_name, 0) != 0) continue;
    if (count == room) {
      room = room ? 2 * room : 1024;
      documents = with(realloc(documents, room * sizeof *documents));
    }
    documents[count++] = (struct document){.name = with(strdup(entry->d_name))};
  }
  closedir(stream);
  qsort(documents, count, sizeof *documents, by_name);
}

static void stage_all(void) {
  char *text = with(malloc(LARGEST + 64));
  size_t size = FIRST;
  struct batch batch = {0};
  while (batch.start < count) {
    size_t changed = 0;
    for (batch.end = batch.start; batch.end < count && changed < size; batch.end++) {
      stage(batch.end, batch.slots, text);
      changed += (size_t)documents[batch.end].changed;
    }
    hand_over(&to_flush, batch);
    batch.start = batch.end;
    batch.number++;
    batch.slots = batch.number % FOLDERS;
    if (size < BATCH) size *= 2;
  }
  end(&to_flush);
  free(text);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: limit_exchange FOLDER\n");
    return 64;
  }
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) fail("getrlimit");
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) fail("setrlimit");
  char path[4096], name[32];
  snprintf(path, sizeof path, "%s/ml_training", argv[1]);
  int top = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (top < 0 || folder < 0) fail(path);
  for (int i = 0; i < FOLDERS; i++) {
    snprintf(name, sizeof name, ".limit-%d", i);
    if (mkdirat(top, name, 0700) != 0 || (slots[i] = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) fail(name);
  }
  list();
  void *(*work[])(void *) = {flusher, exchanger, unlinker};
  pthread_t threads[3];
  for (int i = 0; i < 3; i++)
    if (pthread_create(&threads[i], NULL, work[i], NULL) != 0) fail("pthread_create");
  stage_all();
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < FOLDERS; i++) {
    snprintf(name, sizeof name, ".limit-%d", i);
    if (unlinkat(top, name, AT_REMOVEDIR) != 0) fail(name);
  }
  return 0;
}
