import UprevReport

/// The lock that makes a tree one run's alone: an exclusive `flock(2)` on its root, so that every spelling of its path
/// meets the same lock (on the file itself, for a tree of one). A network file system may need a file that is open for
/// writing: there it is `.uprev-lock` in the root, which stays.
final class TreeClaim {
  /// What holds the lock, for as long as it is open.
  private let holder: OpenFile
  private let fileSystem: any FileSystem

  /// Seconds between two attempts.
  private static let interval = 0.1
  /// Seconds in any case: a process that is just being started holds the descriptors of the one that starts it, and with them its
  /// locks, for a moment.
  private static let leastWait = 0.05

  /// - Parameter root: the root of the tree, or the only file of a tree of one.
  /// - Throws: ``TargetError``: `target-busy` where another run holds it for longer than the options wait.
  init(
    _ root: OpenFile, _ path: PathName, _ options: ContainerClaimOptions, _ fileSystem: any FileSystem
  ) throws(TargetError) {
    self.fileSystem = fileSystem
    let beginning = MonotonicClock.seconds
    while true {
      let locked: OpenFile?
      do throws(FileSystemError) {
        locked = try Self.lock(root, fileSystem)
      } catch {
        throw error.targetError(.writing, about: path)
      }
      if let locked {
        holder = locked
        return
      }
      if options.shouldStop() { throw .interrupted }
      guard MonotonicClock.seconds - beginning < max(options.waitSeconds, Self.leastWait) else { break }
      MonotonicClock.sleep(seconds: options.waitSeconds < Self.interval ? 0.01 : Self.interval)
    }
    let identity = try? fileSystem.status(of: root).identity
    throw .busy(path, process: identity.flatMap { LockHolder(fileSystem).process(holding: $0) })
  }

  /// The lock itself goes when the last descriptor is closed; this is sooner.
  func release() {
    try? fileSystem.unlock(holder)
  }

  /// - Returns: what holds the lock; nil where another run has it.
  private static func lock(
    _ root: OpenFile, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> OpenFile? {
    do {
      return try fileSystem.lock(root) ? root : nil
    } catch  where [.unsupported, .badDescriptor, .noLocks].contains(error.kind) {
      guard try fileSystem.status(of: root).kind == .directory else { return root }
    }
    let file = try fileSystem.open(
      OwnName.lockFile, in: root, [.readWrite, .create, .beneath, .nonBlocking], mode: 0o600)
    return try fileSystem.lockDescription(of: file) ? file : nil
  }
}
