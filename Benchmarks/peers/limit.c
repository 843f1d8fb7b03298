/* The machine's limit for replacing small documents durably: read every one, write the changed ones to temporaries,
 * flush all of them with one syncfs, rename them over, sync their folders. The "migration" is a byte splice that knows
 * this one layout (two spaces, the last member followed by "\n}"): no JSON is understood, nothing is validated, no
 * attribute is kept, nobody else's change is noticed, and there is no report.
 *
 * usage: limit THREADS FOLDER [by-name]
 *
 * Documents are taken in the order in which their folder lists them, as most programs do it, or in that of their names.
 * Where they were made in the order of their names, the second is better: neighbours share a block of the inode table.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GRAIN = 64, LARGEST = 1 << 20 };

struct document {
  char *name;
  int folder;
  int changed; /* it has a temporary */
};

static struct document *documents;
static size_t count;
static int *folders;
static size_t folder_count;
static atomic_size_t next_to_write, next_to_rename;

static void fail(const char *what) {
  fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void temporary_name(char *out, size_t size, size_t index) { snprintf(out, size, ".limit-%zu.tmp", index); }

static void write_one(size_t index, char *text) {
  static const char insertion[] = ",\n  \"version\": 2\n}";
  struct document *document = &documents[index];
  int in = openat(document->folder, document->name, O_RDONLY | O_CLOEXEC);
  if (in < 0) fail(document->name);
  ssize_t length = read(in, text, LARGEST);
  if (length < 2) fail(document->name);
  close(in);
  text[length] = 0;
  if (strstr(text, "\"version\"") != NULL) return;
  if (memcmp(text + length - 2, "\n}", 2) != 0) {
    errno = EINVAL;
    fail(document->name);
  }
  memcpy(text + length - 2, insertion, sizeof insertion - 1);
  length += (ssize_t)sizeof insertion - 1 - 2;
  char temporary[64];
  temporary_name(temporary, sizeof temporary, index);
  int out = openat(document->folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (out < 0 || write(out, text, (size_t)length) != length || close(out) != 0) fail(temporary);
  document->changed = 1;
}

static void *writer(void *unused) {
  (void)unused;
  char *text = malloc(LARGEST + 64);
  if (text == NULL) fail("malloc");
  for (size_t start; (start = atomic_fetch_add(&next_to_write, GRAIN)) < count;)
    for (size_t index = start; index < count && index < start + GRAIN; index++) write_one(index, text);
  free(text);
  return NULL;
}

static void *renamer(void *unused) {
  (void)unused;
  char temporary[64];
  for (size_t start; (start = atomic_fetch_add(&next_to_rename, GRAIN)) < count;)
    for (size_t index = start; index < count && index < start + GRAIN; index++) {
      struct document *document = &documents[index];
      if (!document->changed) continue;
      temporary_name(temporary, sizeof temporary, index);
      if (renameat(document->folder, temporary, document->folder, document->name) != 0) fail(document->name);
    }
  return NULL;
}

static void on_threads(int threads, void *(*work)(void *)) {
  pthread_t running[64];
  for (int i = 0; i < threads; i++)
    if (pthread_create(&running[i], NULL, work, NULL) != 0) fail("pthread_create");
  for (int i = 0; i < threads; i++) pthread_join(running[i], NULL);
}

/* `array` with room for one more element of `size` bytes; it grows by doubling. */
static void *with_room(void *array, size_t used, size_t size) {
  if (used != 0 && (used < 1024 || (used & (used - 1)) != 0)) return array;
  array = realloc(array, (used ? used * 2 : 1024) * size);
  if (array == NULL) fail("realloc");
  return array;
}

static void add_folder(int parent, const char *name) {
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail(name);
  folders = with_room(folders, folder_count, sizeof *folders);
  folders[folder_count++] = folder;
}

/* Finds the documents in a folder, and adds the folders in it to those that are still to be looked at. */
static void list(int folder) {
  DIR *stream = fdopendir(dup(folder));
  if (stream == NULL) fail("fdopendir");
  for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') add_folder(folder, entry->d_name);
    if (fnmatch("ml_training_*.json", entry->d_name, 0) != 0) continue;
    documents = with_room(documents, count, sizeof *documents);
    documents[count] = (struct document){.name = strdup(entry->d_name), .folder = folder};
    if (documents[count++].name == NULL) fail("strdup");
  }
  closedir(stream);
}

static int by_name(const void *left, const void *right) {
  return strcmp(((const struct document *)left)->name, ((const struct document *)right)->name);
}

int main(int argc, char **argv) {
  int is_sorted = argc == 4 && strcmp(argv[3], "by-name") == 0;
  int threads = argc == 3 || is_sorted ? atoi(argv[1]) : 0;
  if (threads < 1 || threads > 64) {
    fprintf(stderr, "usage: limit THREADS FOLDER [by-name]\n");
    return 64;
  }
  char path[4096];
  snprintf(path, sizeof path, "%s/ml_training", argv[2]);
  add_folder(AT_FDCWD, path);
  for (size_t next = 0; next < folder_count; next++) list(folders[next]);
  if (is_sorted) qsort(documents, count, sizeof *documents, by_name);
  on_threads(threads, writer);
#ifdef __linux__
  if (syncfs(folders[0]) != 0) fail("syncfs");
#else
  sync();
#endif
  on_threads(threads, renamer);
  for (size_t index = 0; index < folder_count; index++)
    if (fsync(folders[index]) != 0) fail("fsync");
  return 0;
}
