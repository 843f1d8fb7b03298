import UprevReport

/// Rows and columns of text: the first column to the left, the others to the right.
struct TextTable {
  private var rows: [[String]] = []

  init(header: [String]) {
    rows = [header]
  }

  /// Names of formats and versions are whatever a pipeline or a document says: the cells are made harmless here.
  mutating func append(_ row: [String]) {
    rows.append(row.map { Terminal.printable($0) })
  }

  var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }
      return String(cells.joined(separator: "  ").reversed().drop(while: { $0 == " " }).reversed())
    }
  }
}

/// The summary of a run for people: a line a format, then what no format claimed.
enum SummaryTable {
  static func lines(_ summary: Summary) -> [String] {
    var table = TextTable(header: ["format", "documents"] + Outcome.allCases.map(\.rawValue))
    var claimed = Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0, 0) })
    for (name, counts) in summary.orderedFormats {
      table.append([name, "\(counts.outcomes.total)"] + Outcome.allCases.map { "\(counts.outcomes[$0])" })
      for outcome in Outcome.allCases { claimed[outcome, default: 0] += counts.outcomes[outcome] }
    }
    let unclaimed = Outcome.allCases.map { summary.outcomes[$0] - (claimed[$0] ?? 0) }
    if unclaimed.contains(where: { $0 > 0 }) {
      table.append([Words.noFormat, "\(unclaimed.reduce(0, +))"] + unclaimed.map { "\($0)" })
    }
    table.append([Words.total, "\(summary.documents)"] + Outcome.allCases.map { "\(summary.outcomes[$0])" })
    return table.lines
  }

  /// Counts by format and version.
  static func versionLines(_ summary: Summary) -> [String] {
    var table = TextTable(header: ["format", "version", "documents"])
    for (name, counts) in summary.orderedFormats {
      var known = 0
      for (version, count) in counts.orderedFrom {
        known += count
        table.append([name, version, "\(count)"])
      }
      let unknown = counts.outcomes.total - known
      if unknown > 0 { table.append([name, Words.unknownVersion, "\(unknown)"]) }
    }
    let claimed = summary.orderedFormats.reduce(0) { $0 + $1.counts.outcomes.total }
    if summary.documents > claimed { table.append([Words.noFormat, "", "\(summary.documents - claimed)"]) }
    table.append([Words.total, "", "\(summary.documents)"])
    return table.lines
  }
}
