import LosslessJSON

extension PipelineDecoder {
  private static let pointerStatistics: [(word: String, statistic: Gathering.Statistic)] = [
    ("count", .count), ("min", .minimum), ("max", .maximum), ("mean", .mean), ("stddev", .standardDeviation),
  ]
  private static let gatherWords = pointerStatistics.map(\.word) + ["quantiles", "distinct", "exec"]
  /// Quantiles of one name.
  private static let mostQuantiles = 100
  /// Different values of one name, unless the pipeline says otherwise, and at most.
  private static let usualDistinct = 1000
  private static let mostDistinct = 10_000
  /// A day.
  private static let longestSeconds = 86_400

  /// What a migration gathers: names, each with what it stands for. Nil where one has faults.
  mutating func gathering(_ node: YAMLNode) -> Gathering? {
    guard let pairs = pairs(of: node, "`gather`") else { return nil }
    if pairs.isEmpty { note(.emptyList("`gather`"), at: node.mark) }
    if pairs.count > Gathering.mostNames { note(.tooManyNames(Gathering.mostNames), at: node.mark) }
    var entries: [Gathering.Entry] = []
    var lines: [String: Int] = [:]
    for pair in pairs {
      guard case .scalar(let scalar) = pair.key.content, scalar.kind == .string else {
        note(.wrongType("a name in `gather`", expected: .text, found: pair.key), at: pair.key.mark)
        continue
      }
      let name = scalar.text
      if scalar.isPlain, name == "<<" {
        note(.mergeKey(), at: pair.key.mark)
      } else if let line = lines[name] {
        note(.duplicateKey(name, firstLine: line), at: pair.key.mark)
      } else if !Self.isVariable(name) {
        note(.invalidGatherName(name), at: pair.key.mark)
      } else if let source = gatherSource(pair.value, name) {
        entries.append(Gathering.Entry(name: name, source: source))
      }
      lines[name] = pair.key.mark.line
    }
    guard !entries.isEmpty, entries.count == pairs.count else { return nil }
    return Gathering(entries: entries, digest: Gathering.digest(of: entries))
  }

  /// Names that a jq program can write behind `$gather.`.
  private static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
    func isLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
    return isLetter(first)
      && name.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private mutating func gatherSource(_ node: YAMLNode, _ name: String) -> Gathering.Source? {
    let what = "what is gathered as `\(name)`"
    guard let pairs = pairs(of: node, what) else { return nil }
    let given = pairs.filter { pair in Self.gatherWords.contains { pair.key.isText($0) } }
    guard let first = given.first, case .scalar(let scalar) = first.key.content else {
      if fields(of: node, what, required: [], optional: Self.gatherWords) != nil, pairs.isEmpty {
        note(.noTest(Self.gatherWords, of: what), at: node.mark)
      }
      return nil
    }
    let word = scalar.text
    if let second = given.dropFirst().first(where: { !$0.key.isText(word) }),
      case .scalar(let other) = second.key.content
    {
      note(.conflictingKeys(other.text, word, of: what), at: second.key.mark)
      return nil
    }
    guard
      let fields = fields(of: node, what, required: [word], optional: word == "exec" ? ["seconds"] : []),
      let value = fields[word]?.value
    else { return nil }
    switch word {
    case "exec":
      return program(value, "`exec`", seconds: fields["seconds"]?.value, usual: ProgramCommand.usualGatherSeconds)
        .map { .program($0) }
    case "quantiles": return quantiles(value)
    case "distinct": return distinct(value)
    default:
      guard let statistic = Self.pointerStatistics.first(where: { $0.word == word })?.statistic else { return nil }
      return pointer(value, "`\(word)`").map { .statistic(statistic, $0) }
    }
  }

  private mutating func quantiles(_ node: YAMLNode) -> Gathering.Source? {
    guard let fields = fields(of: node, "`quantiles`", required: ["at", "of"]) else { return nil }
    let at = fields["at"].flatMap { pointer($0.value, "`at`") }
    guard let list = fields["of"]?.value, let elements = elements(of: list, "`of`") else { return nil }
    if elements.isEmpty { note(.emptyList("`of`"), at: list.mark) }
    if elements.count > Self.mostQuantiles { note(.tooManyQuantiles(Self.mostQuantiles), at: list.mark) }
    let quantiles = elements.map { billionths($0) }
    let whole = quantiles.compactMap { $0 }
    guard let at, !whole.isEmpty, whole.count == quantiles.count else { return nil }
    return .statistic(.quantiles(whole), at)
  }

  private mutating func billionths(_ node: YAMLNode) -> UInt64? {
    if case .scalar(let scalar) = node.content, case .number(let number) = scalar.kind,
      let product = try? number.multiplied(by: JSONDecimal(1_000_000_000)), let billionths = product.int,
      (0...1_000_000_000).contains(billionths)
    {
      return UInt64(billionths)
    }
    note(.invalidQuantile(found: node), at: node.mark)
    return nil
  }

  private mutating func distinct(_ node: YAMLNode) -> Gathering.Source? {
    guard case .mapping = node.content else {
      return pointer(node, "`distinct`").map { .statistic(.distinct(most: Self.usualDistinct), $0) }
    }
    guard let fields = fields(of: node, "`distinct`", required: ["at"], optional: ["most"]) else { return nil }
    let at = fields["at"].flatMap { pointer($0.value, "`at`") }
    let most = fields["most"].map { wholeNumber($0.value, "`most`", 1...Self.mostDistinct) } ?? Self.usualDistinct
    guard let at, let most else { return nil }
    return .statistic(.distinct(most: most), at)
  }

  private mutating func wholeNumber(_ node: YAMLNode, _ what: String, _ range: ClosedRange<Int>) -> Int? {
    if case .scalar(let scalar) = node.content, case .number(let number) = scalar.kind, let int = number.int,
      range.contains(int)
    {
      return int
    }
    note(.notInRange(what, range, found: node), at: node.mark)
    return nil
  }

  // MARK: Programs

  /// A program and its arguments.
  ///
  /// What begins with `./`, and a program with a slash in it, are files of the pipeline's folder, and belong to the pipeline.
  mutating func program(_ node: YAMLNode, _ what: String, seconds: YAMLNode?, usual: Int) -> ProgramCommand? {
    let limit = seconds.map { wholeNumber($0, "`seconds`", 1...Self.longestSeconds) } ?? usual
    guard let elements = elements(of: node, what) else { return nil }
    if elements.isEmpty { note(.emptyList(what), at: node.mark) }
    var words: [String] = []
    var arguments: [String] = []
    for (position, element) in elements.enumerated() {
      let part = position == 0 ? "a program" : "an argument"
      guard let word = position == 0 ? name(element, part) : text(element, part) else { continue }
      words.append(word)
      if let argument = argument(word, isProgram: position == 0, at: element.mark) { arguments.append(argument) }
    }
    guard let limit, !elements.isEmpty, arguments.count == elements.count else { return nil }
    return ProgramCommand(words: words, arguments: arguments, seconds: Double(limit))
  }

  private mutating func argument(_ word: String, isProgram: Bool, at mark: YAMLMark) -> String? {
    if word.utf8.contains(0) {
      note(.zeroInArgument(), at: mark)
      return nil
    }
    guard word.hasPrefix("./") || isProgram && word.utf8.contains(UInt8(ascii: "/")) && !word.hasPrefix("/") else {
      return word
    }
    var relative = word[...]
    while relative.hasPrefix("./") { relative = relative.dropFirst(2).drop { $0 == "/" } }
    if relative.isEmpty || PipelineFolder.leadsOutside(String(relative)) {
      note(.programOutside(word), at: mark)
      return nil
    }
    do throws(PipelineFolderError) {
      let (bytes, path) = try folder.readProgram(String(relative))
      schemaBytes[Array(relative.utf8)] = bytes
      if let path = String(validating: path.bytes, as: UTF8.self) { return path }
      note(.programPathNotUTF8(word), at: mark)
    } catch {
      note(.programProblem(word, error), at: mark)
    }
    return nil
  }
}

extension ProgramCommand {
  /// For one document of a step, and for a program that sees all of them, seconds.
  static let usualStepSeconds = 30
  static let usualGatherSeconds = 3600
}

extension Gathering {
  /// Of everything that the values depend on.
  fileprivate static func digest(of entries: [Entry]) -> [UInt8] {
    var hash = SHA256()
    for entry in entries {
      var words = [entry.name]
      switch entry.source {
      case .statistic(let statistic, let pointer):
        words += [statistic.word, pointer.description]
        switch statistic {
        case .quantiles(let quantiles): words += quantiles.map { "\($0)" }
        case .distinct(let most): words.append("\(most)")
        default: break
        }
      case .program(let command): words += ["exec"] + command.words
      }
      for word in words { hash.update(Array("\(word.utf8.count) \(word)\n".utf8)) }
      hash.update([0])
    }
    return hash.finish()
  }
}
