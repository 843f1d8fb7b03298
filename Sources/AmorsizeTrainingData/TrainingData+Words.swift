import LosslessJSON
import UprevCore
import UprevReport

/// The English of this module: what verbose operations say, and what an error says of itself.
enum TrainingDataWords {
  static func migrating(from: Int, to: Int) -> String {
    "Migrating training data from v\(from) to v\(to)"
  }

  static func migrated(from: Int, to: Int) -> String {
    "Migration complete: v\(from) → v\(to)"
  }

  static func newer(_ version: String) -> String {
    "Training data left unchanged: its version \(version) is newer than v\(mlTrainingDataVersion), the newest known here"
  }

  static func unknown(_ version: String) -> String {
    "Training data left unchanged: no version \(version) is known"
  }

  static func invalid(_ version: String) -> String {
    "Training data left unchanged: its version \(version) is not an integer"
  }

  static func skipping(_ name: PathName, because reason: String) -> String {
    "Warning: Skipping corrupted training file: \(name): \(reason)"
  }

  static func wrongType(_ member: String) -> String {
    "member \(member) is of the wrong type or out of range"
  }

  static func missing(_ member: String) -> String {
    "member \(member) is missing"
  }

  static let notAnObject = "not a JSON object"
  static let notAFile = "not a regular file"

  static func tooLarge(_ limit: Int) -> String {
    "larger than \(limit) bytes"
  }
}

extension TrainingDataTextError: CustomStringConvertible {
  /// One sentence for people, with line and column where there are any.
  public var description: String {
    switch self {
    case .json(let error): "line \(error.line), column \(error.column): \(error.message)"
    case .notAnObject: TrainingDataWords.notAnObject
    case .edit(let error): "the version has no place in the text (\(error))"
    }
  }
}

extension TrainingDataError: CustomStringConvertible {
  /// One sentence for people, remedy included.
  public var description: String {
    switch self {
    case .noCacheFolder:
      "there is no folder for training data: set HOME or XDG_CACHE_HOME, or give the store a folder"
    case .invalidFunctionSignature(let signature):
      "the function signature '\(signature)' is not 16 small hexadecimal digits: give the first 16 of a digest"
    case .notPositive(let member, let value):
      "\(member) is \(value): it must be 1 or more"
    case .invalidTime(let seconds):
      "the time \(seconds) is out of range: the clock must give seconds since 1970"
    case .noFreeName(let name):
      "every name from \(name) on is taken: remove old training data"
    case .cannotRead(let error): error.message(.reading)
    case .cannotWrite(let error): error.message(.writing)
    }
  }
}
