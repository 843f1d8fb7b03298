/* The machine's limit for migrating a plain tar with the same care: one thread reads the archive and hashes it, one walks the
 * headers, splices documents, hashes their old and new texts and writes, one reads the result behind the writer, hashes it
 * and walks its headers and checksums. Then one flush, a rename, a flush of the folder.
 *
 * The "migration" is a byte splice that knows this one layout (two spaces, the last member followed by "\n}"): no JSON is
 * understood, nothing is validated, names of extended headers are not read, nobody else's change is noticed, nothing is
 * kept for recovery, and there is no report.
 *
 * usage: limit_archive ARCHIVE
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 512, CHUNK = 256 << 10, CHUNKS = 8, LARGEST = 1 << 20 };

static void fail(const char *what) {
  fprintf(stderr, "limit_archive: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void refuse(const char *what) {
  errno = EINVAL;
  fail(what);
}

/* Chunks of the original, from the thread that reads to the one that writes. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  unsigned char *bytes[CHUNKS];
  size_t counts[CHUNKS];
  size_t read, taken; /* chunks so far */
  int is_at_end;
} input = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

/* How far the result is written, for the thread that looks at it. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  off_t written;
  int is_at_end;
} output = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static int original, temporary;

static void *read_original(void *unused) {
  (void)unused;
  struct sha256_ctx hash;
  sha256_init(&hash);
  for (;;) {
    pthread_mutex_lock(&input.lock);
    while (input.read - input.taken == CHUNKS) pthread_cond_wait(&input.moved, &input.lock);
    size_t place = input.read % CHUNKS;
    pthread_mutex_unlock(&input.lock);
    size_t count = 0;
    for (ssize_t more; count < CHUNK; count += (size_t)more) {
      more = read(original, input.bytes[place] + count, CHUNK - count);
      if (more < 0) fail("read");
      if (more == 0) break;
    }
    sha256_update(&hash, count, input.bytes[place]);
    pthread_mutex_lock(&input.lock);
    input.counts[place] = count;
    if (count > 0) input.read++;
    if (count < CHUNK) input.is_at_end = 1;
    pthread_cond_broadcast(&input.moved);
    pthread_mutex_unlock(&input.lock);
    if (count < CHUNK) return NULL;
  }
}

static unsigned char *chunk; /* in hand */
static size_t chunk_count, chunk_position;

static int next_chunk(void) {
  pthread_mutex_lock(&input.lock);
  if (chunk != NULL) input.taken++;
  pthread_cond_broadcast(&input.moved);
  while (input.read == input.taken && !input.is_at_end) pthread_cond_wait(&input.moved, &input.lock);
  int is_there = input.read > input.taken;
  chunk = is_there ? input.bytes[input.taken % CHUNKS] : NULL;
  chunk_count = is_there ? input.counts[input.taken % CHUNKS] : 0;
  chunk_position = 0;
  pthread_mutex_unlock(&input.lock);
  return is_there;
}

/* Copies bytes of the original to where they are wanted. Returns 0 at its end. */
static int take(unsigned char *target, size_t count) {
  while (count > 0) {
    if (chunk_position == chunk_count && !next_chunk()) return 0;
    size_t part = chunk_count - chunk_position < count ? chunk_count - chunk_position : count;
    memcpy(target, chunk + chunk_position, part);
    chunk_position += part;
    target += part;
    count -= part;
  }
  return 1;
}

static unsigned char *piece; /* of the result, being filled */
static size_t piece_count;

static void flush_piece(void) {
  for (size_t done = 0; done < piece_count;) {
    ssize_t more = write(temporary, piece + done, piece_count - done);
    if (more < 0) fail("write");
    done += (size_t)more;
  }
  pthread_mutex_lock(&output.lock);
  output.written += (off_t)piece_count;
  pthread_cond_signal(&output.moved);
  pthread_mutex_unlock(&output.lock);
  piece_count = 0;
}

static void put(const unsigned char *bytes, size_t count) {
  while (count > 0) {
    size_t part = CHUNK - piece_count < count ? CHUNK - piece_count : count;
    memcpy(piece + piece_count, bytes, part);
    piece_count += part;
    bytes += part;
    count -= part;
    if (piece_count == CHUNK) flush_piece();
  }
}

static uint64_t octal(const unsigned char *field, int digits) {
  uint64_t value = 0;
  for (int i = 0; i < digits && field[i] >= '0' && field[i] <= '7'; i++) value = value << 3 | (uint64_t)(field[i] - '0');
  return value;
}

static unsigned checksum(const unsigned char *header) {
  unsigned sum = 8 * ' ';
  for (int i = 0; i < BLOCK; i++) sum += header[i];
  for (int i = 148; i < 156; i++) sum -= header[i];
  return sum;
}

static size_t padded(uint64_t size) { return (size_t)((size + BLOCK - 1) / BLOCK * BLOCK); }

static int is_document(const unsigned char *header) {
  char name[101];
  memcpy(name, header, 100);
  name[100] = 0;
  const char *slash = strrchr(name, '/');
  return header[156] == '0' && fnmatch("ml_training_*.json", slash ? slash + 1 : name, 0) == 0;
}

static void hash_of(const unsigned char *text, size_t count, unsigned char *digest) {
  struct sha256_ctx hash;
  sha256_init(&hash);
  sha256_update(&hash, count, text);
  sha256_digest(&hash, SHA256_DIGEST_SIZE, digest);
}

static void put_document(unsigned char *header, unsigned char *text, size_t size) {
  static const char insertion[] = ",\n  \"version\": 2\n}";
  unsigned char before[SHA256_DIGEST_SIZE], after[SHA256_DIGEST_SIZE];
  if (!take(text, padded(size))) refuse("truncated");
  if (memmem(text, size, "\"version\"", 9) != NULL) {
    put(header, BLOCK);
    put(text, padded(size));
    return;
  }
  hash_of(text, size, before);
  if (size < 2 || memcmp(text + size - 2, "\n}", 2) != 0) refuse("layout");
  memcpy(text + size - 2, insertion, sizeof insertion - 1);
  size += sizeof insertion - 1 - 2;
  hash_of(text, size, after);
  memset(text + size, 0, padded(size) - size);
  char field[16];
  snprintf(field, sizeof field, "%011llo", (unsigned long long)size);
  memcpy(header + 124, field, 11);
  snprintf(field, sizeof field, "%06o", checksum(header));
  memcpy(header + 148, field, 6);
  put(header, BLOCK);
  put(text, padded(size));
}

static void write_result(void) {
  unsigned char header[BLOCK];
  unsigned char *text = malloc(LARGEST + 2 * BLOCK);
  if (text == NULL) fail("malloc");
  off_t end = 0;
  while (take(header, BLOCK) && header[0] != 0) {
    uint64_t size = octal(header + 124, 11);
    if (octal(header + 148, 6) != checksum(header)) refuse("checksum");
    if (is_document(header)) {
      if (size > LARGEST) refuse("too large");
      put_document(header, text, (size_t)size);
    } else {
      put(header, BLOCK);
      for (size_t rest = padded(size); rest > 0;) {
        size_t part = rest < LARGEST ? rest : LARGEST;
        if (!take(text, part)) refuse("truncated");
        put(text, part);
        rest -= part;
      }
    }
  }
  free(text);
  end = output.written + (off_t)piece_count;
  off_t total = (end + 2 * BLOCK + 10239) / 10240 * 10240;
  static const unsigned char zeros[BLOCK];
  for (; end < total; end += BLOCK) put(zeros, BLOCK);
  while (next_chunk()) {}
  flush_piece();
  pthread_mutex_lock(&output.lock);
  output.is_at_end = 1;
  pthread_cond_signal(&output.moved);
  pthread_mutex_unlock(&output.lock);
}

static void *check_result(void *unused) {
  (void)unused;
  unsigned char *bytes = malloc(CHUNK), header[BLOCK];
  if (bytes == NULL) fail("malloc");
  struct sha256_ctx hash;
  sha256_init(&hash);
  off_t position = 0, next_header = 0;
  int is_over = 0;
  for (;;) {
    pthread_mutex_lock(&output.lock);
    while (output.written == position && !output.is_at_end) pthread_cond_wait(&output.moved, &output.lock);
    off_t rest = output.written - position;
    pthread_mutex_unlock(&output.lock);
    if (rest == 0) break;
    ssize_t count = pread(temporary, bytes, rest < CHUNK ? (size_t)rest : CHUNK, position);
    if (count <= 0) fail("pread");
    sha256_update(&hash, (size_t)count, bytes);
    /* Headers begin at multiples of a block, and so do the reads. */
    while (!is_over && next_header < position + count) {
      memcpy(header, bytes + (next_header - position), BLOCK);
      is_over = header[0] == 0;
      if (!is_over && octal(header + 148, 6) != checksum(header)) refuse("checksum of the result");
      next_header += BLOCK + (off_t)padded(octal(header + 124, 11));
    }
    position += count;
  }
  free(bytes);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: limit_archive ARCHIVE\n");
    return 64;
  }
  char name[4096], folder[4096];
  snprintf(name, sizeof name, "%s.tmp", argv[1]);
  snprintf(folder, sizeof folder, "%s", argv[1]);
  char *slash = strrchr(folder, '/');
  if (slash != NULL) slash[1] = 0;
  struct stat status;
  original = open(argv[1], O_RDONLY | O_CLOEXEC);
  if (original < 0 || fstat(original, &status) != 0) fail(argv[1]);
  temporary = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0777);
  if (temporary < 0) fail(name);
  piece = malloc(CHUNK);
  for (int i = 0; i < CHUNKS; i++) input.bytes[i] = malloc(CHUNK);
  if (piece == NULL || input.bytes[CHUNKS - 1] == NULL) fail("malloc");
  pthread_t reader, checker;
  if (pthread_create(&reader, NULL, read_original, NULL) != 0) fail("pthread_create");
  if (pthread_create(&checker, NULL, check_result, NULL) != 0) fail("pthread_create");
  write_result();
  pthread_join(reader, NULL);
  pthread_join(checker, NULL);
  if (fsync(temporary) != 0) fail("fsync");
  if (rename(name, argv[1]) != 0) fail("rename");
  int parent = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0 || fsync(parent) != 0) fail("fsync");
  return 0;
}
