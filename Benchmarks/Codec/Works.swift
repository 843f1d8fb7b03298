import JSONSchema
import LosslessJSON
import UprevCore
import UprevReport

/// Checks a text and makes its index; what Python's peers do is parsing into objects.
struct ScanWork: CodecWork {
  let texts: [JSONText]

  init(_ texts: [JSONText]) {
    self.texts = texts
  }

  /// The values of all documents, names not counted.
  func checksum() throws -> Int {
    try texts.reduce(0) { $0 + values(in: try IndexedJSON(scanning: $1).root) }
  }

  func pass() throws -> Double {
    try timed {
      for text in texts { _ = try IndexedJSON(scanning: text) }
    }
  }

  private func values(in root: JSONValue) -> Int {
    var count = 0
    var pending = [root]
    while let value = pending.popLast() {
      count += 1
      switch value.kind {
      case .array: pending += value.elements
      case .object: pending += value.members.map(\.value)
      default: break
      }
    }
    return count
  }
}

/// Holds scanned documents against the schema of the format's first version.
struct ValidateWork: CodecWork {
  let texts: [JSONText]
  private let documents: [IndexedJSON]
  private let schema: Schema

  init(_ texts: [JSONText], _ format: Format) throws {
    self.texts = texts
    documents = try texts.map { try IndexedJSON(scanning: $0, options: JSONReadingOptions(allowsNonFinite: true)) }
    guard let schema = format.schemas[FormatVersion(1)] else { throw CodecFailure("version 1 has no schema") }
    self.schema = schema
  }

  /// How many documents are refused.
  func checksum() throws -> Int {
    try refused()
  }

  func pass() throws -> Double {
    try timed { _ = try refused() }
  }

  private func refused() throws -> Int {
    var refused = 0
    for document in documents where try schema.firstViolation(in: document.root) != nil { refused += 1 }
    return refused
  }
}

/// Everything from text to text but hashing: scan, detection, stamp, splice, the scan of the result.
struct DecideWork: CodecWork {
  let texts: [JSONText]
  private let documents: [Document]
  private let decider: Decider

  init(_ texts: [JSONText], _ format: Format) {
    self.texts = texts
    documents = texts.map { text in
      Document(reference: DocumentReference(path: PathName("x.json"), format: 0), text: text, origin: NoOrigin())
    }
    decider = Decider(formats: [format])
  }

  /// How many documents are migrated.
  func checksum() throws -> Int {
    documents.reduce(0) { $0 + (decider.decide($1).outcome == .migrated ? 1 : 0) }
  }

  /// What the decisions say of their stages, validation left out.
  func pass() throws -> Double {
    documents.reduce(0) { sum, document in
      let decision = decider.decide(document)
      return sum + decision.detectSeconds + decision.migrateSeconds
    }
  }
}

private struct NoOrigin: DocumentOrigin {}
