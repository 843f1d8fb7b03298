#include "CSystem.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t stop_signal = 0;

static void note(int number) {
  stop_signal = number;
}

static void set_handler(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = handler;
  sigaction(number, &action, NULL);
}

static void ignore(int number) {
  set_handler(number, SIG_IGN);
}

static void set_default(int number) {
  set_handler(number, SIG_DFL);
}

static void watch(int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN) return;  // nohup, or a shell's background job
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = note;
  // Restarted, so that no system call fails with EINTR; reset, so that a second signal ends a process that hangs.
  action.sa_flags = SA_RESTART | (int)SA_RESETHAND;
  sigaction(number, &action, NULL);
}

void uprev_watch_stop_signals(void) {
  static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
    watch(stops[i]);
    sigaddset(&set, stops[i]);
  }
  // The errors of write(2) say the same, where something can be done about it.
  ignore(SIGPIPE);
  ignore(SIGXFSZ);
  // What the kernel sends when somebody waits for a lease: the one that is asked for (Lease.c), and the one that comes where
  // that cannot be chosen, which would end the process.
  ignore(SIGURG);
  ignore(SIGIO);
  // Whoever started this process may have ignored the ends of children, and then nobody could be waited for.
  set_default(SIGCHLD);
  // Whoever started this process may have blocked them, and a mask is inherited.
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void forget(int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) == 0 && action.sa_handler == note) set_default(number);
}

void uprev_forget_stop_signals(void) {
  forget(SIGINT);
  forget(SIGTERM);
  forget(SIGHUP);
  if (stop_signal != 0) raise((int)stop_signal);
}

int uprev_stop_signal(void) {
  return stop_signal;
}
