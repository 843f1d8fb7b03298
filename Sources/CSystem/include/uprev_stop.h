#ifndef UPREV_STOP_H
#define UPREV_STOP_H

/// Installs handlers of SIGINT, SIGTERM and SIGHUP that only note the signal, and ignores SIGPIPE and SIGXFSZ, whose
/// errors the callers of write(2) see. A second signal ends the process as by default.
void uprev_watch_stop_signals(void);

/// The number of the signal that asked to stop, or 0.
int uprev_stop_signal(void);

#endif
