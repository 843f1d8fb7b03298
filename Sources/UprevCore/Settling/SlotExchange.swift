import UprevReport

/// Does the steps of a ``Settlement`` in the file system.
///
/// It is used by one thread at a time.
final class SlotExchange {
  /// How long a program that has the document open for writing is waited for.
  struct Patience: Sendable {
    /// Altogether, seconds.
    var limit = 2.0
    /// Between two looks, seconds.
    var interval = 0.01
  }

  /// How a settlement ended.
  struct Ended {
    let end: Settlement.End
    /// What the last look at the slot showed, still open, its lease still held.
    let seen: FileLook.Seen?
  }

  private let fileSystem: any FileSystem
  private let patience: Patience
  let look: FileLook

  init(_ fileSystem: any FileSystem, patience: Patience = Patience()) {
    self.fileSystem = fileSystem
    self.patience = patience
    look = FileLook(fileSystem)
  }

  /// Goes on until the settlement ends.
  ///
  /// - Parameters:
  ///   - seen: what a look at the slot showed already, its lease still held, where the settlement begins after one.
  ///   - firstLook: stands for the first look at what came out; nil takes a look as usual.
  ///   - willGiveBack: makes durable that a file is about to be given back, before it is.
  /// - Throws: ``FileSystemError`` where a step failed. If nothing was exchanged, the document is as it was and the temporary in
  ///   the slot; otherwise slot and name hold what they hold, both whole, for a later recovery:
  ///   `settlement.hasExchanged` tells.
  func run(
    _ settlement: inout Settlement, slot: PathName, in staging: OpenFile, name: PathName, of folder: OpenFile,
    seen first: FileLook.Seen? = nil, firstLook: (() -> FileLook.Seen?)? = nil,
    willGiveBack: (_ slot: PathName, Sighting) throws(FileSystemError) -> Void
  ) throws(FileSystemError) -> Ended {
    var seen = first
    var firstLook = firstLook
    // What was given back is held open: otherwise a file of another program's could have its number, and pass for it.
    var givenBack: [OpenFile] = []
    defer { withExtendedLifetime(givenBack) {} }
    var waited = 0.0
    while true {
      switch settlement.step {
      case .exchange:
        seen = nil
        try exchange(&settlement, slot, staging, name, folder)
      case .giveBack(let newer):
        // Under the lease of the look: nobody who opened the file's old name late may write to it before it is back.
        try willGiveBack(slot, newer)
        try exchange(&settlement, slot, staging, name, folder)
        if let seen, let file = seen.file {
          // It fails only where the lease is gone already; otherwise it goes when the file is closed.
          if seen.lease == .granted { try? fileSystem.releaseLease(of: file) }
          givenBack.append(file)
        }
        seen = nil
      case .examine:
        seen = nil
        if let shown = firstLook?() {
          seen = shown
        } else {
          seen = try examine(slot, staging, canGuess: settlement.isFirstLook)
        }
        firstLook = nil
        guard let seen else {
          // Nobody but this run has business in the staging folder.
          throw FileSystemError(call: "openat", path: slot, number: absentNumber)
        }
        settlement.saw(seen.sighting)
      case .wait:
        // The descriptor must not keep a lease from being granted, nor the file from being seen anew.
        seen = nil
        let isUp = waited >= patience.limit
        if !isUp { MonotonicClock.sleep(seconds: patience.interval) }
        waited += max(patience.interval, 0.001)
        settlement.waited(timeIsUp: isUp)
      case .end(let end):
        return Ended(end: end, seen: seen)
      }
    }
  }

  private func exchange(
    _ settlement: inout Settlement, _ slot: PathName, _ staging: OpenFile, _ name: PathName, _ folder: OpenFile
  ) throws(FileSystemError) {
    do {
      try AtomicReplace(fileSystem).exchange(name, in: folder, with: slot, in: staging)
      settlement.exchanged()
    } catch  where error.kind == .absent {
      // The call does not say which of the two names is missing. A look at the document's would not tell either: another
      // program may have made it anew meanwhile. Nobody else takes anything out of the slot.
      guard try look.lookWithoutOpening(slot, in: staging) != nil else { throw error }
      settlement.nameIsAbsent()
    }
  }

  /// - Parameter canGuess: whether what cannot be read may pass for something that is not what was read: it then goes back.
  private func examine(
    _ slot: PathName, _ staging: OpenFile, canGuess: Bool
  ) throws(FileSystemError) -> FileLook.Seen? {
    do {
      return try look.look(at: slot, in: staging, takesLease: true)
    } catch {
      guard canGuess else { throw error }
      return try look.lookWithoutOpening(slot, in: staging)
    }
  }
}

extension Settlement {
  /// Whether the next look is the first at what came out: it goes back unless it is the original beyond doubt. What was
  /// accepted once does not go back because it cannot be read.
  var isFirstLook: Bool { state == .cameOut && !isSecondLook }

  /// Whether slot and name were exchanged, so that the slot does not hold our temporary for certain.
  var hasExchanged: Bool {
    switch state {
    case .staged, .ended(.vanished): false
    case .cameOut, .givingBack, .gaveBack, .waiting, .ended: true
    }
  }
}
