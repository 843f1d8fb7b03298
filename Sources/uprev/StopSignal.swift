import CSystem

/// Whether SIGINT, SIGTERM or SIGHUP asked the program to stop.
enum StopSignal {
  static var isRaised: Bool { uprev_stop_signal() != 0 }

  /// From now on such a signal ends the process, as it ends any other: for commands that change nothing, or by single renames
  /// only, and do not look for signals.
  static func endsTheProcess() { uprev_forget_stop_signals() }
}
