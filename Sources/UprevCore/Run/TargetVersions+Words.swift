extension TargetVersionError {
  /// One sentence for people, remedy included.
  public var message: String {
    switch self {
    case .unknown(let text, let formats):
      "--to '\(text)': no format knows that version; the formats are \(Self.list(formats)), and FORMAT=VERSION names one of "
        + "them."
    case .unknownVersion(let text, let known, let format):
      "--to '\(format)=\(text)': \(format) knows no such version; it knows \(Self.list(known.map(\.description)))."
    case .ambiguous(let text, let formats):
      "--to '\(text)': more than one format is meant: \(Self.list(formats)); say which with FORMAT=VERSION, or give the "
        + "pipeline that has it alone."
    case .repeated(let format): "--to asks for two versions of \(format); give one."
    }
  }

  private static let mostListed = 20

  private static func list(_ names: [String]) -> String {
    names.prefix(mostListed).joined(separator: ", ")
      + (names.count > mostListed ? " and \(names.count - mostListed) more" : "")
  }
}
