import UprevReport

/// Reads the text of a lock, and takes nothing for granted: it may have been edited by hand, or hold what a merge left.
struct LockFileReader {
  let path: PathName

  private static let digestLength = CanonicalForm.Summary.length

  func read(_ bytes: [UInt8]) throws(LockFileError) -> LockFile {
    let (root, faults) = YAMLReader.read(bytes)
    if let fault = faults.first { throw error(.damaged(fault.problem.message), fault.mark.line) }
    guard let root else { throw error(.damaged(LockFileError.notALock), 1) }
    try checkVersion(of: root, "lock", LockFile.version)
    try checkVersion(of: root, "form", CanonicalForm.version)
    var lock = LockFile(items: [])
    for pair in root.pairs {
      let name = pair.key.scalarText ?? ""
      if ["lock", "form", "pipeline"].contains(name) { continue }
      guard let kind = FrozenSubject.Kind.allCases.first(where: { $0.section == name }),
        case .sequence(let elements) = pair.value.content
      else { throw error(.damaged(LockFileError.unknownKey(name)), pair.key.mark.line) }
      for element in elements {
        let item = try item(element, kind)
        guard lock.lines.updateValue(element.mark.line, forKey: item.subject) == nil else {
          throw error(.damaged(LockFileError.twice(item.subject.name)), element.mark.line)
        }
        lock.items.append(item)
      }
    }
    lock.items.sort { $0.subject < $1.subject }
    return lock
  }

  private func checkVersion(of root: YAMLNode, _ key: String, _ version: Int) throws(LockFileError) {
    guard let node = root[key], case .scalar(let scalar) = node.content, case .number(let number) = scalar.kind else {
      throw error(.damaged(LockFileError.noVersion(key)), 1)
    }
    guard number.int == version else { throw error(.otherVersion("\(key): \(scalar.text)"), node.mark.line) }
  }

  private func item(_ node: YAMLNode, _ kind: FrozenSubject.Kind) throws(LockFileError) -> FrozenItem {
    var texts: [String: String] = [:]
    var parts: [CanonicalParts.Part] = []
    for pair in node.pairs {
      let key = pair.key.scalarText ?? ""
      if key == "parts", case .mapping(let pairs) = pair.value.content {
        for part in pairs {
          guard let pointer = part.key.scalarText, let text = part.value.scalarText else {
            throw error(.damaged(LockFileError.unknownKey(key)), part.key.mark.line)
          }
          parts.append(CanonicalParts.Part(pointer: pointer, text: text))
        }
        continue
      }
      guard kind.fields.contains(key) || key == "digest", let text = pair.value.scalarText,
        texts.updateValue(text, forKey: key) == nil
      else { throw error(.damaged(LockFileError.unknownKey(key)), pair.key.mark.line) }
    }
    let values = kind.fields.compactMap { texts[$0] }
    guard values.count == kind.fields.count, let digest = texts["digest"] else {
      throw error(.damaged(LockFileError.incomplete), node.mark.line)
    }
    guard digest.utf8.count == Self.digestLength, digest.hasPrefix("\(CanonicalForm.algorithm):"),
      digest.utf8.dropFirst(CanonicalForm.algorithm.utf8.count + 1).allSatisfy(Self.isDigit)
    else { throw error(.damaged(LockFileError.notADigest(digest)), node.mark.line) }
    return FrozenItem(subject: FrozenSubject(kind, values), digest: digest, parts: parts)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  private func error(_ problem: LockFileError.Problem, _ line: Int) -> LockFileError {
    LockFileError(path: path, line: line, problem: problem)
  }
}
