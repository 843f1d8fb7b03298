/* The machine's limit for replacing small documents durably: read every one, write the changed ones to temporaries,
 * flush all of them with one syncfs, rename them over, sync the folder. The "migration" is a byte splice that knows
 * this one layout (two spaces, the last member followed by "\n}"): no JSON is understood, nothing is validated, no
 * attribute is kept, nobody else's change is noticed, and there is no report.
 *
 * usage: limit THREADS FOLDER
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

static int folder;
static char **names;
static char *changed; /* changed[i]: names[i] has a temporary */
static size_t count;
static atomic_size_t next_to_write, next_to_rename;

static void fail(const char *what) {
  fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void temporary_name(char *out, size_t size, size_t index) { snprintf(out, size, ".limit-%zu.tmp", index); }

static void write_one(size_t index, char *text) {
  static const char insertion[] = ",\n  \"version\": 2\n}";
  int in = openat(folder, names[index], O_RDONLY | O_CLOEXEC);
  if (in < 0) fail(names[index]);
  ssize_t length = read(in, text, LARGEST);
  if (length < 2) fail(names[index]);
  close(in);
  text[length] = 0;
  if (strstr(text, "\"version\"") != NULL) return;
  if (memcmp(text + length - 2, "\n}", 2) != 0) {
    errno = EINVAL;
    fail(names[index]);
  }
  memcpy(text + length - 2, insertion, sizeof insertion - 1);
  length += (ssize_t)sizeof insertion - 1 - 2;
  char temporary[64];
  temporary_name(temporary, sizeof temporary, index);
  int out = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (out < 0 || write(out, text, (size_t)length) != length || close(out) != 0) fail(temporary);
  changed[index] = 1;
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
      if (!changed[index]) continue;
      temporary_name(temporary, sizeof temporary, index);
      if (renameat(folder, temporary, folder, names[index]) != 0) fail(names[index]);
    }
  return NULL;
}

static void on_threads(int threads, void *(*work)(void *)) {
  pthread_t running[64];
  for (int i = 0; i < threads; i++)
    if (pthread_create(&running[i], NULL, work, NULL) != 0) fail("pthread_create");
  for (int i = 0; i < threads; i++) pthread_join(running[i], NULL);
}

static void list(void) {
  DIR *stream = fdopendir(dup(folder));
  if (stream == NULL) fail("fdopendir");
  size_t room = 0;
  for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    if (fnmatch("ml_training_*.json", entry->d_name, 0) != 0) continue;
    if (count == room) {
      room = room ? room * 2 : 1024;
      names = realloc(names, room * sizeof *names);
      if (names == NULL) fail("realloc");
    }
    if ((names[count++] = strdup(entry->d_name)) == NULL) fail("strdup");
  }
  closedir(stream);
}

int main(int argc, char **argv) {
  int threads = argc == 3 ? atoi(argv[1]) : 0;
  if (threads < 1 || threads > 64) {
    fprintf(stderr, "usage: limit THREADS FOLDER\n");
    return 64;
  }
  char path[4096];
  snprintf(path, sizeof path, "%s/ml_training", argv[2]);
  folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail(path);
  list();
  changed = calloc(count + 1, 1);
  if (changed == NULL) fail("calloc");
  on_threads(threads, writer);
#ifdef __linux__
  if (syncfs(folder) != 0) fail("syncfs");
#else
  sync();
#endif
  on_threads(threads, renamer);
  if (fsync(folder) != 0) fail("fsync");
  return 0;
}
