import CSystem

/// Whether SIGINT, SIGTERM or SIGHUP asked the program to stop.
enum StopSignal {
  static var isRaised: Bool { uprev_stop_signal() != 0 }
}
