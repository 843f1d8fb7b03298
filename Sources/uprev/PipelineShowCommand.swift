import ArgumentParser
import UprevCore
import UprevReport

/// `uprev pipeline show`
struct PipelineShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Draw the version graph of a pipeline's formats.")

  @Flag(help: "Draw it in the language of Graphviz: uprev pipeline show --dot NAME | dot -Tsvg.")
  var dot = false

  @Argument(
    help: ArgumentHelp(
      "The pipeline.",
      discussion: "A name among the known pipelines or, if it contains '/' or ends in '.yaml', a folder or file.",
      valueName: "name-or-path"))
  var pipeline = "amorsize"

  func run() throws {
    StopSignal.endsTheProcess()
    let fileSystem = LocalFileSystem()
    let overview: PipelineOverview
    do throws(PipelineError) {
      overview = try PipelineOverview(
        try PipelineLoading.catalog(fileSystem).load(pipeline), fileSystem: fileSystem)
    } catch {
      throw PipelineArguments.faults(error)
    }
    try PipelineArguments.printing {
      try PipelineArguments.print(dot ? GraphvizDrawing.lines(overview) : TextDrawing.lines(overview))
    }
  }
}

/// A pipeline as text. Everything that it brings in is made harmless.
enum TextDrawing {
  static func lines(_ pipeline: PipelineOverview) -> [String] {
    let description = pipeline.description.map { ": " + Terminal.printable($0) } ?? ""
    var lines = [Terminal.printable(pipeline.name) + description, Terminal.printable(pipeline.file)]
    for format in pipeline.formats {
      lines += ["", Terminal.printable(format.name)]
      lines += (format.globs.map { Terminal.printable($0) } + [Words.versionRule(format)]).map { "  " + $0 }
      lines += section(Words.versions, versions(of: format))
      lines += section(Words.migrations, migrations(of: format))
      lines += section(Words.paths, format.versions.filter { !$0.path.isEmpty }.map { path($0.path) })
    }
    return lines
  }

  private static func section(_ heading: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["  \(heading)"] + lines.map { "    " + $0 }
  }

  private static func path(_ versions: [FormatVersion]) -> String {
    versions.map(Words.version).joined(separator: " → ")
  }

  private static func versions(of format: PipelineOverview.FormatOverview) -> [String] {
    columns(
      format.versions.map { version in
        let schema =
          version.hasSchema ? version.schema.map { Terminal.printable($0) } ?? Words.hasSchema : Words.noSchema
        return [
          Words.version(version.version), schema, version.version == format.current ? Words.current : "",
        ]
      })
  }

  /// Edge by edge, those of one version together.
  private static func migrations(of format: PipelineOverview.FormatOverview) -> [String] {
    columns(
      format.versions.flatMap { version in
        format.migrations.filter { $0.from == version.version }.map { migration in
          [
            "\(Words.version(migration.from)) ──▶ \(Words.version(migration.to))", Words.steps(migration.stepCount),
            migration.isDown ? Words.down : "", migration.description.map { Terminal.printable($0) } ?? "",
          ]
        }
      })
  }

  /// Rows with their columns below each other, without white space at their ends; a column that is empty throughout is left out.
  private static func columns(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().filter { widths[$0.offset] > 0 }.map { column, cell in
        cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }
}

/// A pipeline in Graphviz's language: a cluster a format, a node a version, an edge a migration.
enum GraphvizDrawing {
  static func lines(_ pipeline: PipelineOverview) -> [String] {
    var lines = ["digraph \(quoted(pipeline.name)) {", "  rankdir=LR;", "  node [shape=box];"]
    for (index, format) in pipeline.formats.enumerated() {
      lines += ["  subgraph \"cluster_\(index)\" {", "    label=\(quoted(format.name));"]
      for version in format.versions {
        let isCurrent = version.version == format.current ? ", peripheries=2" : ""
        let hasSchema = version.hasSchema ? "" : ", style=dashed"
        lines.append(
          "    \(node(index, version.version)) [label=\(quoted(version.version.description))\(isCurrent)\(hasSchema)];")
      }
      for migration in format.migrations {
        let label = [migration.description, Words.steps(migration.stepCount)].compactMap { $0 }.joined(separator: ", ")
        let down = migration.isDown ? ", style=dashed" : ""
        lines.append(
          "    \(node(index, migration.from)) -> \(node(index, migration.to)) [label=\(quoted(label))\(down)];")
      }
      lines.append("  }")
    }
    return lines + ["}"]
  }

  private static func node(_ format: Int, _ version: FormatVersion) -> String {
    quoted("\(format):\(version.description)")
  }

  /// A quoted string of the language: only the quotation mark needs its backslash, and a backslash its own, or the label would
  /// read it as an escape.
  private static func quoted(_ text: String) -> String {
    "\"" + Terminal.printable(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
