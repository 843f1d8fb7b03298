import Foundation
import UprevCore
import UprevReport

/// The folder in which Amorsize keeps its training data: one small JSON file for each execution it learns from.
///
/// Files of version 1 are migrated in memory as they are read; nothing that is there is ever changed.
public struct TrainingDataStore: Sendable {
  /// The folder, as it was given.
  public let directory: PathName
  let fileSystem: any FileSystem
  let now: @Sendable () -> Double
  let messages: MessageSink

  /// A store in a folder that need not exist yet.
  ///
  /// - Parameters:
  ///   - directory: the folder of the `ml_training_*.json` files.
  ///   - fileSystem: the way to the folder.
  ///   - now: the time, in seconds since 1970.
  ///   - messages: takes the lines of verbose operations; by default they go to standard error.
  public init(
    directory: PathName, fileSystem: any FileSystem = LocalFileSystem(),
    now: @escaping @Sendable () -> Double = Self.clock,
    messages: @escaping MessageSink = Self.standardError
  ) {
    self.directory = directory
    self.fileSystem = fileSystem
    self.now = now
    self.messages = messages
  }

  /// A store in a folder that need not exist yet, given as text.
  public init(
    directory: String, fileSystem: any FileSystem = LocalFileSystem(),
    now: @escaping @Sendable () -> Double = Self.clock,
    messages: @escaping MessageSink = Self.standardError
  ) {
    self.init(directory: PathName(directory), fileSystem: fileSystem, now: now, messages: messages)
  }

  /// A store in the reference's own folder: ``defaultDirectory(environment:)``.
  ///
  /// - Throws: ``TrainingDataError/noCacheFolder``
  public init(
    fileSystem: any FileSystem = LocalFileSystem(), now: @escaping @Sendable () -> Double = Self.clock,
    messages: @escaping MessageSink = Self.standardError
  ) throws(TrainingDataError) {
    let directory = try Self.defaultDirectory(environment: ProcessInfo.processInfo.environment)
    self.init(directory: directory, fileSystem: fileSystem, now: now, messages: messages)
  }

  /// The reference's own folder: `$XDG_CACHE_HOME/amorsize/ml_training`, or `~/.cache/amorsize/ml_training` where that
  /// variable is empty, missing or a relative path (XDG Base Directory Specification 0.8).
  ///
  /// - Throws: ``TrainingDataError/noCacheFolder`` where `HOME` is needed and not set.
  public static func defaultDirectory(environment: [String: String]) throws(TrainingDataError) -> PathName {
    if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") {
      return PathName(caches + "/amorsize/ml_training")
    }
    guard let home = environment["HOME"], !home.isEmpty else { throw .noCacheFolder }
    return PathName(home + "/.cache/amorsize/ml_training")
  }

  /// The system's clock: seconds since 1970.
  public static let clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }

  /// Writes each line to standard error.
  public static let standardError: MessageSink = { line in
    // Where standard error is closed there is nobody left to tell.
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
  }
}
