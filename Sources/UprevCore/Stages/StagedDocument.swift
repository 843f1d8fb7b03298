import LosslessJSON
import UprevReport

/// A document whose replacement is whole in a temporary, and not in place yet.
struct StagedDocument {
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
  /// What the journal says of it; nil where there is none.
  let change: JournalChange?

  /// For a document that was not replaced, and whose temporary nobody else has touched.
  func removeTemporary() {
    staging.remove(slot)
  }

  var manifestEntry: StagingManifest.Entry {
    StagingManifest.Entry(
      slot: slot, folder: origin.folder.path(from: staging.parent), name: origin.name, original: original,
      temporary: temporary)
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
