/* The machine's limit for migrating a tar, plain or compressed by zstd, with the same care: one thread reads the archive,
 * hashes and decompresses it, one walks the headers, splices documents and hashes their old and new texts, one compresses
 * and writes, one reads the result behind the writer, hashes and decompresses it, and walks its headers and checksums. Then
 * one flush, a rename, a flush of the folder.
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
#include <zstd.h>

enum { BLOCK = 512, CHUNK = 256 << 10, CHUNKS = 8, LARGEST = 1 << 20, LEVEL = 3 };

static void fail(const char *what) {
  fprintf(stderr, "limit_archive: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void refuse(const char *what) {
  errno = EINVAL;
  fail(what);
}

/* Chunks on their way from one thread to the next. */
struct queue {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  unsigned char *bytes[CHUNKS];
  size_t counts[CHUNKS];
  size_t put, taken; /* chunks so far */
  int is_at_end;
};

static struct queue input = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
static struct queue output = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void make_queue(struct queue *queue) {
  for (int i = 0; i < CHUNKS; i++)
    if ((queue->bytes[i] = malloc(CHUNK)) == NULL) fail("malloc");
}

/* The place for the next chunk. */
static unsigned char *room_in(struct queue *queue) {
  pthread_mutex_lock(&queue->lock);
  while (queue->put - queue->taken == CHUNKS) pthread_cond_wait(&queue->moved, &queue->lock);
  unsigned char *place = queue->bytes[queue->put % CHUNKS];
  pthread_mutex_unlock(&queue->lock);
  return place;
}

/* Hands over what was put into that place: less than a whole chunk is the last. */
static void put_chunk(struct queue *queue, size_t count) {
  pthread_mutex_lock(&queue->lock);
  queue->counts[queue->put % CHUNKS] = count;
  if (count > 0) queue->put++;
  if (count < CHUNK) queue->is_at_end = 1;
  pthread_cond_broadcast(&queue->moved);
  pthread_mutex_unlock(&queue->lock);
}

/* The next chunk, which stays where it is until it is given back; NULL at the end. */
static unsigned char *chunk_of(struct queue *queue, size_t *count) {
  pthread_mutex_lock(&queue->lock);
  while (queue->put == queue->taken && !queue->is_at_end) pthread_cond_wait(&queue->moved, &queue->lock);
  unsigned char *bytes = queue->put > queue->taken ? queue->bytes[queue->taken % CHUNKS] : NULL;
  *count = bytes ? queue->counts[queue->taken % CHUNKS] : 0;
  pthread_mutex_unlock(&queue->lock);
  return bytes;
}

static void give_back(struct queue *queue) {
  pthread_mutex_lock(&queue->lock);
  queue->taken++;
  pthread_cond_broadcast(&queue->moved);
  pthread_mutex_unlock(&queue->lock);
}

/* How far the result is written, for the thread that looks at it. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  off_t written;
  int is_at_end;
} progress = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static int original, temporary, is_compressed;

/* A file that is read from its beginning, hashed as it lies there, and given out as a plain tar. */
struct source {
  struct sha256_ctx hash;
  ssize_t (*read)(void *, size_t);
  ZSTD_DStream *stream; /* of a compressed one */
  unsigned char *bytes;
  ZSTD_inBuffer rest;
  int is_read; /* to its end */
};

static void open_source(struct source *source, ssize_t (*read)(void *, size_t)) {
  memset(source, 0, sizeof *source);
  sha256_init(&source->hash);
  source->read = read;
  if (!is_compressed) return;
  source->stream = ZSTD_createDStream();
  source->rest.src = source->bytes = malloc(CHUNK);
  if (source->stream == NULL || source->bytes == NULL) fail("malloc");
}

static size_t hashed(struct source *source, void *target, size_t count) {
  ssize_t more = source->read(target, count);
  if (more < 0) fail("read");
  sha256_update(&source->hash, (size_t)more, target);
  return (size_t)more;
}

/* Fills `target`; less than CHUNK is the end. */
static size_t next_of(struct source *source, unsigned char *target) {
  ZSTD_outBuffer out = {target, CHUNK, 0};
  while (out.pos < CHUNK) {
    if (!is_compressed) {
      size_t more = hashed(source, target + out.pos, CHUNK - out.pos);
      if (more == 0) break;
      out.pos += more;
      continue;
    }
    if (source->rest.pos == source->rest.size && !source->is_read) {
      source->rest.pos = 0;
      source->rest.size = hashed(source, source->bytes, CHUNK);
      source->is_read = source->rest.size == 0;
    }
    size_t before = out.pos;
    if (ZSTD_isError(ZSTD_decompressStream(source->stream, &out, &source->rest))) refuse("zstd");
    /* What the stream still held comes out without more of the file. */
    if (source->is_read && out.pos == before) break;
  }
  return out.pos;
}

static ssize_t of_original(void *target, size_t count) { return read(original, target, count); }

static void *read_original(void *unused) {
  (void)unused;
  struct source source;
  open_source(&source, of_original);
  for (size_t count = CHUNK; count == CHUNK;) {
    count = next_of(&source, room_in(&input));
    put_chunk(&input, count);
  }
  return NULL;
}

static unsigned char *chunk; /* in hand */
static size_t chunk_count, chunk_position;

static int next_chunk(void) {
  if (chunk != NULL) give_back(&input);
  chunk = chunk_of(&input, &chunk_count);
  chunk_position = 0;
  return chunk != NULL;
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
static off_t result_count;

static void put(const unsigned char *bytes, size_t count) {
  result_count += (off_t)count;
  while (count > 0) {
    if (piece == NULL) piece = room_in(&output);
    size_t part = CHUNK - piece_count < count ? CHUNK - piece_count : count;
    memcpy(piece + piece_count, bytes, part);
    piece_count += part;
    bytes += part;
    count -= part;
    if (piece_count < CHUNK) continue;
    put_chunk(&output, piece_count);
    piece = NULL;
    piece_count = 0;
  }
}

static void store(const unsigned char *bytes, size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t more = write(temporary, bytes + done, count - done);
    if (more < 0) fail("write");
    done += (size_t)more;
  }
  pthread_mutex_lock(&progress.lock);
  progress.written += (off_t)count;
  pthread_cond_signal(&progress.moved);
  pthread_mutex_unlock(&progress.lock);
}

/* Compresses where the original was compressed, and writes. */
static void *store_result(void *unused) {
  (void)unused;
  ZSTD_CCtx *context = ZSTD_createCCtx();
  unsigned char *room = malloc(CHUNK), *bytes;
  if (context == NULL || room == NULL) fail("malloc");
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_outBuffer out = {room, CHUNK, 0};
  size_t count;
  for (int is_last = 0; !is_last;) {
    bytes = chunk_of(&output, &count);
    is_last = bytes == NULL;
    if (!is_compressed && !is_last) store(bytes, count);
    ZSTD_inBuffer in = {bytes, count, 0};
    for (int goes_on = is_compressed; goes_on;) {
      size_t left = ZSTD_compressStream2(context, &out, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left)) refuse("zstd");
      goes_on = is_last ? left > 0 : in.pos < in.size;
      if (out.pos < CHUNK && !(is_last && !goes_on)) continue;
      store(room, out.pos);
      out.pos = 0;
    }
    if (!is_last) give_back(&output);
  }
  pthread_mutex_lock(&progress.lock);
  progress.is_at_end = 1;
  pthread_cond_signal(&progress.moved);
  pthread_mutex_unlock(&progress.lock);
  return NULL;
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
  off_t total = (result_count + 2 * BLOCK + 10239) / 10240 * 10240;
  static const unsigned char zeros[BLOCK];
  while (result_count < total) put(zeros, BLOCK);
  while (next_chunk()) {}
  /* A piece that is not full is the last. */
  if (piece == NULL) piece = room_in(&output);
  put_chunk(&output, piece_count);
}

static off_t position; /* of the result, read so far */

static ssize_t of_result(void *target, size_t count) {
  pthread_mutex_lock(&progress.lock);
  while (progress.written == position && !progress.is_at_end) pthread_cond_wait(&progress.moved, &progress.lock);
  off_t rest = progress.written - position;
  pthread_mutex_unlock(&progress.lock);
  ssize_t more = pread(temporary, target, rest < (off_t)count ? (size_t)rest : count, position);
  if (more > 0) position += more;
  return more;
}

static void *check_result(void *unused) {
  (void)unused;
  unsigned char *bytes = malloc(CHUNK), header[BLOCK];
  if (bytes == NULL) fail("malloc");
  struct source source;
  open_source(&source, of_result);
  off_t start = 0, next_header = 0;
  int is_over = 0;
  for (size_t count = CHUNK; count == CHUNK; start += (off_t)count) {
    count = next_of(&source, bytes);
    /* Headers begin at multiples of a block, and so do the chunks. */
    while (!is_over && next_header < start + (off_t)count) {
      memcpy(header, bytes + (next_header - start), BLOCK);
      is_over = header[0] == 0;
      if (!is_over && octal(header + 148, 6) != checksum(header)) refuse("checksum of the result");
      next_header += BLOCK + (off_t)padded(octal(header + 124, 11));
    }
  }
  if (!is_over) refuse("the result has no end");
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
  const char *point = strrchr(argv[1], '.');
  is_compressed = point != NULL && strcmp(point, ".zst") == 0;
  make_queue(&input);
  make_queue(&output);
  pthread_t reader, storer, checker;
  if (pthread_create(&reader, NULL, read_original, NULL) != 0) fail("pthread_create");
  if (pthread_create(&storer, NULL, store_result, NULL) != 0) fail("pthread_create");
  if (pthread_create(&checker, NULL, check_result, NULL) != 0) fail("pthread_create");
  write_result();
  pthread_join(reader, NULL);
  pthread_join(storer, NULL);
  pthread_join(checker, NULL);
  if (fsync(temporary) != 0) fail("fsync");
  if (rename(name, argv[1]) != 0) fail("rename");
  int parent = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0 || fsync(parent) != 0) fail("fsync");
  return 0;
}
