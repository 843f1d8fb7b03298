import Foundation
import UprevCore
import UprevReport
import UprevTestSupport

/// Another program that acts on one document while a run replaces it: each of its steps at a call of the run's.
///
/// What it left last, by its own order, is what must be found in the end.
final class LiveActor {
  enum Action: CaseIterable {
    case saveByRename
    /// Opened at one call, written and closed at the next of its turns.
    case saveInPlace
    case delete
    case renameAway
  }

  private enum Step {
    case begin(Action)
    case write
  }

  private let fileSystem: SimulatedFileSystem
  private let name: PathName
  private var steps: [(call: Int, step: Step)] = []
  private var open: OpenFile?
  private var saves = 0
  /// The text that it left at the name; nil: it removed it.
  private(set) var needed: String?
  /// What it renamed away.
  private(set) var neededMoved: String?
  private(set) var hasActed = false

  static let moved = PathName("/moved")

  /// - Parameters:
  ///   - actions: each with the number of the call before which it comes; a save in place is written `length` calls later.
  init(
    on fileSystem: SimulatedFileSystem, _ name: PathName, text: String, _ actions: [(call: Int, action: Action)],
    length: Int
  ) {
    self.fileSystem = fileSystem
    self.name = name
    needed = text
    for (call, action) in actions {
      steps.append((call, .begin(action)))
      if action == .saveInPlace { steps.append((call + length, .write)) }
    }
  }

  /// Does what is due; what has to wait (for a lease to go) stays due, and nothing comes before it.
  func act(before call: Int) throws {
    while let next = steps.first, next.call <= call {
      guard try perform(next.step) else { return }
      steps.removeFirst()
    }
  }

  func finish() throws { try act(before: .max) }

  private func perform(_ step: Step) throws -> Bool {
    switch step {
    case .begin(.saveByRename):
      let text = nextText()
      let file = try fileSystem.open(PathName("/draft"), in: nil, [.writeOnly, .create, .exclusive], mode: 0o640)
      try write(text, file)
      try fileSystem.rename(PathName("/draft"), in: nil, to: name, in: nil, .replacing)
      giveUpMoved()
      needed = text
    case .begin(.saveInPlace):
      do {
        open = try fileSystem.open(name, in: nil, [.writeOnly], mode: 0)
      } catch  where error.number == EWOULDBLOCK {
        return false
      } catch  where error.kind == .absent {
        return true
      }
      giveUpMoved()
    case .write:
      guard let file = open else { return true }
      let text = nextText()
      try fileSystem.truncate(file, to: 0)
      try write(text, file)
      open = nil
      needed = text
    case .begin(.delete):
      if try exists() {
        try fileSystem.unlink(name, in: nil)
        needed = nil
      }
    case .begin(.renameAway):
      if try exists() {
        try fileSystem.rename(name, in: nil, to: Self.moved, in: nil, .replacing)
        neededMoved = needed
        needed = nil
      }
    }
    hasActed = true
    return true
  }

  private func exists() throws -> Bool {
    do {
      _ = try fileSystem.status(of: name, in: nil, followingLinks: false)
      return true
    } catch  where error.kind == .absent {
      return false
    }
  }

  /// As in the enumerated model: what was given back to the name instead of the place it was renamed to ends with the next
  /// save there.
  private func giveUpMoved() { neededMoved = nil }

  private func nextText() -> String {
    saves += 1
    return "old save \(saves)"
  }

  private func write(_ text: String, _ file: OpenFile) throws {
    try Array(text.utf8).withUnsafeBytes { try fileSystem.write(file, $0) }
  }
}
