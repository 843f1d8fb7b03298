import LosslessJSON
import UprevReport

/// A JSON Patch document (RFC 6902), made of the same steps, by the same decoding, as the operations of a pipeline.
///
/// Members that an operation does not define are ignored, as section 4 demands; in a pipeline they are faults.
package struct JSONPatch: Sendable {
  private let steps: [any Step]

  /// - Parameter patch: an array of operations.
  /// - Throws: ``JSONPatchError`` with everything that is wrong with it.
  package init(_ patch: JSONValue) throws(JSONPatchError) {
    var decoder = PipelineDecoder(folder: PipelineFolder(fileSystem: LocalFileSystem(), file: PathName("patch")))
    decoder.gatheredNames = nil
    guard let node = YAMLNode(operations: patch) else {
      throw JSONPatchError(description: "a string in the patch is no text: half of a surrogate pair stands alone")
    }
    guard let steps = decoder.steps(node, allowsNonFinite: false), decoder.faults.isEmpty else {
      throw JSONPatchError(description: decoder.faults.map(\.description).joined(separator: "\n"))
    }
    self.steps = steps
  }

  /// - Returns: the document after all operations; one that fails leaves nothing of those before it.
  /// - Throws: ``JSONPatchError``
  package func applied(to document: IndexedJSON) throws(JSONPatchError) -> IndexedJSON {
    var batch = StepBatch([document], options: JSONReadingOptions())
    for step in steps { batch.perform(step) }
    let item = batch.items[0]
    guard let failure = item.failure else { return item.document }
    throw JSONPatchError(description: "\(failure.pointer.map { "\($0): " } ?? "")\(failure.message)")
  }
}

/// Why a patch cannot be read or applied, in words for people.
package struct JSONPatchError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
}

extension YAMLNode {
  /// Operations with their own members only.
  fileprivate init?(operations patch: JSONValue) {
    self.init(patch)
    guard case .sequence(let operations) = content else { return }
    content = .sequence(operations.map(\.withoutForeignMembers))
  }

  private var withoutForeignMembers: YAMLNode {
    guard case .mapping(let pairs) = content else { return self }
    var names = ["op", "path", "from", "value"]
    if case .scalar(let op) = pairs.first(where: { $0.key.isText("op") })?.value.content, op.kind == .string,
      let operation = PipelineDecoder.Operation(rawValue: op.text)
    {
      names = ["op"] + operation.fields
    }
    return YAMLNode(content: .mapping(pairs.filter { pair in names.contains { pair.key.isText($0) } }), mark: mark)
  }

  /// A JSON value as YAML's JSON schema has it; nil where a string is no text. As deep as the text was allowed to be.
  private init?(_ value: JSONValue) {
    let mark = YAMLMark(line: value.line, column: value.column)
    switch value.kind {
    case .array:
      var elements: [YAMLNode] = []
      for element in value.elements {
        guard let node = YAMLNode(element) else { return nil }
        elements.append(node)
      }
      self.init(content: .sequence(elements), mark: mark)
    case .object:
      var pairs: [YAMLPair] = []
      for member in value.members {
        guard let node = YAMLNode(member.value) else { return nil }
        let key = YAMLNode(content: .scalar(YAMLScalar(text: member.name.string, isPlain: false)), mark: node.mark)
        pairs.append(YAMLPair(key: key, value: node))
      }
      self.init(content: .mapping(pairs), mark: mark)
    case .string:
      guard let text = value.string else { return nil }
      self.init(content: .scalar(YAMLScalar(text: text, isPlain: false)), mark: mark)
    default:
      let literal = String(decoding: value.literal, as: UTF8.self)
      self.init(content: .scalar(YAMLScalar(text: literal, isPlain: true)), mark: mark)
    }
  }
}
