import UprevCore

/// A reader of an archive that tells damage from a change: what another program was writing meanwhile may look like either.
final class ChangeCheckingReader: ContainerReader {
  private let reader: any ContainerReader
  private let container: ArchiveContainer

  init(_ reader: any ContainerReader, _ container: ArchiveContainer) {
    self.reader = reader
    self.container = container
  }

  var description: ContainerDescription { reader.description }
  var discoverSeconds: Double { reader.discoverSeconds }
  var readSeconds: Double { reader.readSeconds }

  func next() throws -> ContainerElement? {
    do {
      return try reader.next()
    } catch let error as TargetError {
      guard error.code == .archiveDamaged || error.code == .archiveUnsupported, try !container.isUnchanged() else {
        throw error
      }
      throw ArchiveWords.changedDuringRun(container.location.path)
    }
  }
}
