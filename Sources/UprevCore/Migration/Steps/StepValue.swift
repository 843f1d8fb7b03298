import LosslessJSON

/// A value that a pipeline gives, as it is compared and as it is written.
struct StepValue: Sendable {
  /// With the literals of its numbers; strings are escaped as the document escapes them. Of a value with gathered ones in it, as
  /// the pipeline writes it.
  let fragment: JSONFragment
  let value: JSONValue
  /// What the value is made of where gathered values are in it; nil where it is the same for every document.
  let template: ValueTemplate?

  init(fragment: JSONFragment, value: JSONValue, template: ValueTemplate? = nil) {
    self.fragment = fragment
    self.value = value
    self.template = template
  }

  /// The value for one document.
  ///
  /// - Parameter gathered: nil where the migration gathers nothing.
  /// - Throws: where a gathered value is not known.
  func resolved(_ gathered: GatheredValues?) throws(StepFailure) -> StepValue {
    guard let template else { return self }
    let fragment = try template.fragment(gathered)
    do {
      return StepValue(fragment: fragment, value: try IndexedJSON(of: fragment).root)
    } catch {
      throw .impossibleValue()
    }
  }
}

/// A value with places for gathered values.
indirect enum ValueTemplate: Sendable {
  case given(JSONFragment)
  /// What was gathered under a name.
  case gathered(String)
  case array([ValueTemplate])
  case object([(name: String, value: ValueTemplate)])

  /// Recursive as deep as a pipeline is.
  fileprivate func fragment(_ gathered: GatheredValues?) throws(StepFailure) -> JSONFragment {
    switch self {
    case .given(let fragment): return fragment
    case .gathered(let name):
      guard let value = gathered?[name] else { throw .notGathered(name) }
      return JSONFragment(value)
    case .array(let elements):
      var fragments: [JSONFragment] = []
      for element in elements { fragments.append(try element.fragment(gathered)) }
      return .array(fragments)
    case .object(let members):
      var fragments: [(name: String, value: JSONFragment)] = []
      for member in members { fragments.append((member.name, try member.value.fragment(gathered))) }
      return .object(fragments)
    }
  }
}

extension IndexedJSON {
  /// A document that is one value.
  init(of fragment: JSONFragment) throws {
    let empty = try IndexedJSON(scanning: JSONText("null"))
    let text = try empty.applying([empty.replacing(empty.root, with: fragment)])
    try self.init(scanning: text, options: JSONReadingOptions(allowsNonFinite: true))
  }
}
