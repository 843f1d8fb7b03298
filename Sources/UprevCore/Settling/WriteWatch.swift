import UprevReport

/// Tells that nobody has written to a file while it was read and replaced, without reading it again.
///
/// While a read lease is held nobody has the file open, or mapped, for writing (`fcntl(2)`, "Leases"). So whoever writes to it
/// between a first lease, before the reading, and a second one, after it, opened it in between, and moved its time of change to a
/// time of then. That is not the old one, which was over when the first lease was granted. From the second lease on the lease
/// itself tells.
///
/// It is used by one thread at a time.
public final class WriteWatch {
  private let fileSystem: any FileSystem
  private let file: OpenFile
  private let status: FileStatus
  private var holdsLease = false

  /// To be made before the file is read.
  ///
  /// - Parameters:
  ///   - file: open for reading.
  ///   - status: its status.
  ///   - now: the time.
  /// - Returns: nil where it cannot tell: its file system keeps no such times or grants no leases; somebody has the file open for
  ///   writing; or it was changed within the last seconds.
  public init?(_ file: OpenFile, _ status: FileStatus, now: Timestamp, _ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
    self.file = file
    self.status = status
    guard let times = KnownFile(status, format: 0), times.wasAtRest(before: now) else { return nil }
    let canTell: Bool
    do throws(FileSystemError) {
      let keepsTimes = try fileSystem.fileSystemStatus(of: file).keepsChangeTimes
      canTell = keepsTimes ? try isUnwritten() : false
    } catch {
      // Without it the file is read again, which meets the error once more.
      canTell = false
    }
    letGo()
    if !canTell { return nil }
  }

  /// Takes the second lease, and holds it.
  /// - Returns: whether nobody has written to the file since the first, or given it another name or attribute.
  public func close() -> Bool {
    do throws(FileSystemError) {
      if try isUnwritten() { return true }
    } catch {
      // As above.
    }
    letGo()
    return false
  }

  /// Whether it has the status that it had, under a lease that was just taken.
  private func isUnwritten() throws(FileSystemError) -> Bool {
    guard try fileSystem.takeReadLease(on: file) == .granted else { return false }
    holdsLease = true
    let now = try fileSystem.status(of: file)
    return status.isUnchanged(in: now) && status.change == now.change
  }

  /// What a look at the file under a name shows, where the second lease is held and nobody has asked to write meanwhile.
  ///
  /// - Parameter sha256: of what was read.
  /// - Returns: nil where it takes a look as usual; the lease is given up then, so that it is in nobody's way.
  func look(at name: PathName, in folder: OpenFile, sha256: [UInt8]) -> FileLook.Seen? {
    guard holdsLease else { return nil }
    do throws(FileSystemError) {
      let named = try fileSystem.status(of: name, in: folder, followingLinks: false)
      let now = try fileSystem.status(of: file)
      let attributes = FileAttributes(
        now, try fileSystem.extendedAttributes(of: file), flags: try fileSystem.flags(of: file))
      if named.identity == status.identity, now.size == status.size, now.modification == status.modification,
        try fileSystem.holdsReadLease(on: file)
      {
        let content = Sighting.Content(sha256: sha256, attributes: attributes)
        return FileLook.Seen(
          sighting: Sighting(file: named.identity, content: content, isOpenForWriting: false), file: file,
          lease: .granted)
      }
    } catch {
      // The usual look meets it again.
    }
    letGo()
    return nil
  }

  /// Gives up the lease, if it is held. It fails only where it is gone already.
  public func letGo() {
    if holdsLease { try? fileSystem.releaseLease(of: file) }
    holdsLease = false
  }

  deinit { letGo() }
}
