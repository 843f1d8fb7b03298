import Logging
import UprevCore
import UprevReport

/// How log lines look.
enum LogFormat: String, CaseIterable, Sendable {
  case text
  case json
}

/// Writes log lines to standard error: as text for people, or as one JSON object a line for machines.
struct StandardErrorLogHandler: LogHandler {
  var format: LogFormat
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    switch format {
    case .text: Terminal.error(Self.prefix(of: event.level) + event.message.description)
    case .json: Terminal.error(line(event))
    }
  }

  private static func prefix(of level: Logger.Level) -> String {
    switch level {
    case .error, .critical: "error: "
    case .warning: "warning: "
    case .trace, .debug, .info, .notice: ""
    }
  }

  /// Members: `time`, `level`, `message`, and the metadata in the order of its keys.
  private func line(_ event: LogEvent) -> String {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    var members = [
      ("time", SystemClock().now().rfc3339), ("level", event.level.rawValue), ("message", event.message.description),
    ]
    for (key, value) in all.sorted(by: { $0.key < $1.key }) { members.append((key, value.description)) }
    let texts = members.map { "\(JSONStringLiteral.text(of: $0.0)): \(JSONStringLiteral.text(of: $0.1))" }
    return "{\(texts.joined(separator: ", "))}"
  }
}
