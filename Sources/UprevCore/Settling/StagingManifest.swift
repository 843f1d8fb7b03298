import UprevReport

/// What a staging folder holds, written into it before anything is exchanged, so that whoever comes after a kill can bring
/// each document to an end without any other state.
///
/// A file `manifest-<number>` a batch, in JSON. One that cannot be read whole was never flushed, and then nothing that it
/// lists was ever exchanged: the flush comes before the first exchange.
public struct StagingManifest: Sendable, Hashable {
  /// One document of the batch.
  public struct Entry: Sendable, Hashable {
    /// The name in the staging folder.
    public var slot: PathName
    /// The path of the document's folder, from the folder that holds the staging folder; empty for that folder itself.
    public var folder: PathName
    /// The document's name in its folder.
    public var name: PathName
    /// As it was read.
    public var original: Sighting
    /// The new text in the slot.
    public var temporary: Sighting

    public init(slot: PathName, folder: PathName, name: PathName, original: Sighting, temporary: Sighting) {
      self.slot = slot
      self.folder = folder
      self.name = name
      self.original = original
      self.temporary = temporary
    }
  }

  public var runID: String
  /// Whether the run changes everything or nothing: without a file ``committedName`` beside it, recovery rolls it back.
  public var isAllOrNothing: Bool
  public var entries: [Entry]

  public init(runID: String, isAllOrNothing: Bool, entries: [Entry]) {
    self.runID = runID
    self.isAllOrNothing = isAllOrNothing
    self.entries = entries
  }

  /// `manifest-7`
  public static func name(_ number: Int) -> PathName { PathName("manifest-\(number)") }
  /// The mark of an all-or-nothing run that every exchange was made: from here recovery goes forward.
  public static let committedName = PathName("committed")
  /// `returns-1`: what was about to be given back, one JSON object a line, appended and flushed before each such exchange.
  /// For one slot, what stands in a file of a lower number came before.
  public static func returnsName(_ number: Int) -> PathName { PathName("returns-\(number)") }

  /// Whether a name in a staging folder is one that the run itself gave to something that is no slot.
  static func isRecord(_ name: UnsafeRawBufferPointer) -> Bool {
    ["returns-", "probe-"].contains { prefix in name.starts(with: prefix.utf8) }
  }
}
