import ArgumentParser

/// Whether standard output is coloured.
struct ColorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Colour differences: auto (on a terminal, unless NO_COLOR is set or TERM is dumb), always or never.",
      valueName: "auto|always|never"))
  var color = ColorChoice.auto

  var isColoured: Bool {
    switch color {
    case .auto: Terminal.isColoured
    case .always: true
    case .never: false
    }
  }
}

enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
  case auto
  case always
  case never
}
