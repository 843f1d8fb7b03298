import CArchive
import UprevCore

/// A copy of one of libarchive's entries.
final class ArchiveEntry: @unchecked Sendable {  // Guarded by use: the reader makes it, then only the writer has it.
  let pointer: OpaquePointer

  init?(copying entry: OpaquePointer) {
    guard let pointer = archive_entry_clone(entry) else { return nil }
    self.pointer = pointer
  }

  init?() {
    guard let pointer = archive_entry_new() else { return nil }
    self.pointer = pointer
  }

  deinit { archive_entry_free(pointer) }
}

/// What an entry reader keeps of a document for the writer of a copy.
struct EntryMember: DocumentOrigin {
  let entry: ArchiveEntry
}

/// An entry that passes through; its body follows in ``EntryData``.
struct EntryHeader: PassthroughChunk {
  let entry: ArchiveEntry
  var byteCount: Int { 512 }
}

/// A piece of the body of the entry before it.
struct EntryData: PassthroughChunk {
  let raw: BlockSlice
  var byteCount: Int { raw.count }
}
