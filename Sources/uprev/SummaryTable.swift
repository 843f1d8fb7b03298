import UprevReport

/// Rows and columns of text: the first column to the left, the others to the right.
struct TextTable {
  private var rows: [[String]] = []

  init(header: [String]) {
    rows = [header]
  }

  mutating func append(_ row: [String]) {
    rows.append(row)
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
    let shown: [Outcome] = [.migrated, .current, .newer, .rejected, .skipped]
    var table = TextTable(header: ["format", "documents"] + shown.map(\.rawValue))
    var claimed = 0
    for (name, counts) in summary.orderedFormats {
      claimed += counts.outcomes.total
      table.append([name, "\(counts.outcomes.total)"] + shown.map { "\(counts.outcomes[$0])" })
    }
    let others = summary.documents - claimed
    if others > 0 {
      let skipped = summary.outcomes[.skipped] - summary.orderedFormats.reduce(0) { $0 + $1.counts.outcomes[.skipped] }
      let rejected =
        summary.outcomes[.rejected] - summary.orderedFormats.reduce(0) { $0 + $1.counts.outcomes[.rejected] }
      table.append(["(no format)", "\(others)", "0", "0", "0", "\(rejected)", "\(skipped)"])
    }
    table.append(["total", "\(summary.documents)"] + shown.map { "\(summary.outcomes[$0])" })
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
      if unknown > 0 { table.append([name, "unknown", "\(unknown)"]) }
    }
    let claimed = summary.orderedFormats.reduce(0) { $0 + $1.counts.outcomes.total }
    if summary.documents > claimed { table.append(["(no format)", "", "\(summary.documents - claimed)"]) }
    table.append(["total", "", "\(summary.documents)"])
    return table.lines
  }
}
