import UprevCore

/// What a tar's reader keeps of a document for the writer: all its bytes in the archive, headers and padding included.
struct TarMember: DocumentOrigin {
  /// Of its first header block.
  let position: Int64
  /// Header blocks, body, padding; empty where the reader was not asked for what passes through.
  let raw: BlockSlice
  let headerLength: Int
}

/// Bytes of a tar that no document claims.
struct TarChunk: PassthroughChunk {
  let position: Int64
  let raw: BlockSlice
  var byteCount: Int { raw.count }
}

/// The end of a tar, after everything was checked: zero blocks from `position` to `total`.
struct TarTail: PassthroughChunk {
  let position: Int64
  /// Bytes of the whole decompressed stream.
  let total: Int64
  let memberCount: Int
  var byteCount: Int { 0 }
}
