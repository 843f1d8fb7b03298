import UprevCore
import UprevReport

/// Why training data could not be found or recorded.
///
/// A single damaged file is no error of loading: it is skipped (see ``TrainingDataStore/load(verbose:)``).
public enum TrainingDataError: Error, Hashable, Sendable {
  /// Neither `XDG_CACHE_HOME` nor `HOME` names a folder to keep training data under.
  case noCacheFolder
  /// A function signature becomes part of a file's name and must be 16 small hexadecimal digits.
  case invalidFunctionSignature(String)
  /// The member of this name must be 1 or more.
  case notPositive(member: String, value: Int)
  /// The clock's seconds since 1970 are no number that a file can be named after.
  case invalidTime(Double)
  /// Many names in a row were taken; this is the last one.
  case noFreeName(PathName)
  /// The folder is there and cannot be read.
  case cannotRead(FileSystemError)
  /// The file or its folder cannot be written.
  case cannotWrite(FileSystemError)
}
