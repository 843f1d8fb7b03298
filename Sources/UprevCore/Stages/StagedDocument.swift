import LosslessJSON
import UprevReport

/// A document whose replacement is whole in a temporary, and not in place yet.
///
/// It is handed from the thread that stages to the one that commits, and on: one of them has it at a time.
final class StagedDocument {
  let origin: TreeDocumentOrigin
  let staging: StagingFolder
  /// The temporary's name in `staging`: its slot.
  let slot: PathName
  /// Whether `staging` is in the document's own folder.
  let isBeside: Bool
  /// What was read.
  let original: Sighting
  /// Our temporary.
  let temporary: Sighting
  /// Tells whether anybody has written to the original since it was read; nil: it is read again.
  var watch: WriteWatch?
  /// Our temporary, open for writing; nil where it is closed. Opening it once more is saved.
  private var file: HeldFile?
  /// The first look at what came out of the exchange, its lease still held; nil before, and where too many files would be open.
  var cameOut: FileLook.Seen?
  /// What the journal is to say of it; nil where there is none, and when it is said.
  private var change: JournalChange?
  /// The temporary's time of modification when its text was whole; nil where nobody asks.
  var stagedModification: FileTime?
  /// The number of its format, in the same case.
  var format: Int?
  /// What it is in its place, for later runs; nil where that is not asked, or not beyond doubt.
  var placed: RememberedFile?
  /// Its path inside the target, where the journal is told of it.
  let journaledPath: PathName?

  init(
    origin: TreeDocumentOrigin, staging: StagingFolder, slot: PathName, isBeside: Bool, original: Sighting,
    temporary: Sighting, change: JournalChange?
  ) {
    self.origin = origin
    self.staging = staging
    self.slot = slot
    self.isBeside = isBeside
    self.original = original
    self.temporary = temporary
    self.change = change
    journaledPath = change?.path
  }

  /// Keeps the temporary open.
  func keep(_ temporary: consuming HeldFile?) {
    file = temporary
  }

  /// Gives out the temporary, once, where it is open.
  func takeFile() -> HeldFile? {
    file.take()
  }

  /// Gives out what the journal is to say, once: it may hold the whole old text.
  func takeChange() -> JournalChange? {
    defer { change = nil }
    return change
  }

  /// For a document that was not replaced, and whose temporary nobody else has touched.
  func removeTemporary() {
    _ = takeFile()
    staging.remove(slot)
  }

  /// - Parameter folder: the path of its folder, from the one that holds the staging folder.
  func manifestEntry(in folder: PathName) -> StagingManifest.Entry {
    StagingManifest.Entry(slot: slot, folder: folder, name: origin.name, original: original, temporary: temporary)
  }
}

/// What the journal is told of a document, apart from what the file system says.
struct StagedChange {
  let path: PathName
  let format: String?
  let from: String?
  let to: String?
  let reverseDelta: [UInt8]
}

extension TreeFolder {
  /// The path of this folder from one above it, or from itself.
  func path(from above: TreeFolder) -> PathName {
    var names: [PathName] = []
    var folder = self
    while folder !== above, let parent = folder.parent {
      names.append(folder.name)
      folder = parent
    }
    return PathName(names.reversed().map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
  }
}
