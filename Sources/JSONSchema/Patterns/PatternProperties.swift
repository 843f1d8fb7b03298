/// Unicode properties as ECMA-262 names them (22.2.2.9 and its tables), for PCRE2.
enum PatternProperties {
  /// - Parameter text: between the braces.
  /// - Returns: nil for what ECMA-262 does not have; whether PCRE2 has it, its compiler says.
  static func translate(_ text: String) -> (name: String, isComplement: Bool)? {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    switch parts.count {
    case 1:
      if let category = categories[text] { return (category, false) }
      if text == "Assigned" { return ("Cn", true) }
      return binary.contains(text) ? (text, false) : nil
    case 2 where !parts[1].isEmpty:
      switch parts[0] {
      case "General_Category", "gc": return categories[parts[1]].map { ($0, false) }
      case "Script", "sc": return ("sc:" + parts[1], false)
      case "Script_Extensions", "scx": return ("scx:" + parts[1], false)
      default: return nil
      }
    default: return nil
    }
  }

  /// Long and short names of the general categories, to the short ones.
  private static let categories: [String: String] = {
    let names: [(short: String, long: [String])] = [
      ("Lu", ["Uppercase_Letter"]), ("Ll", ["Lowercase_Letter"]), ("Lt", ["Titlecase_Letter"]),
      ("L&", ["LC", "Cased_Letter"]), ("Lm", ["Modifier_Letter"]), ("Lo", ["Other_Letter"]), ("L", ["Letter"]),
      ("Mn", ["Nonspacing_Mark"]), ("Mc", ["Spacing_Mark"]), ("Me", ["Enclosing_Mark"]),
      ("M", ["Mark", "Combining_Mark"]), ("Nd", ["Decimal_Number", "digit"]), ("Nl", ["Letter_Number"]),
      ("No", ["Other_Number"]), ("N", ["Number"]), ("Pc", ["Connector_Punctuation"]), ("Pd", ["Dash_Punctuation"]),
      ("Ps", ["Open_Punctuation"]), ("Pe", ["Close_Punctuation"]), ("Pi", ["Initial_Punctuation"]),
      ("Pf", ["Final_Punctuation"]), ("Po", ["Other_Punctuation"]), ("P", ["Punctuation", "punct"]),
      ("Sm", ["Math_Symbol"]), ("Sc", ["Currency_Symbol"]), ("Sk", ["Modifier_Symbol"]), ("So", ["Other_Symbol"]),
      ("S", ["Symbol"]), ("Zs", ["Space_Separator"]), ("Zl", ["Line_Separator"]), ("Zp", ["Paragraph_Separator"]),
      ("Z", ["Separator"]), ("Cc", ["Control", "cntrl"]), ("Cf", ["Format"]), ("Cs", ["Surrogate"]),
      ("Co", ["Private_Use"]), ("Cn", ["Unassigned"]), ("C", ["Other"]),
    ]
    var table: [String: String] = [:]
    for (short, long) in names {
      table[short] = short
      for name in long { table[name] = short }
    }
    table["L&"] = nil
    return table
  }()

  /// The binary properties, long and short names.
  private static let binary: Set<String> = [
    "ASCII", "ASCII_Hex_Digit", "AHex", "Alphabetic", "Alpha", "Any", "Bidi_Control", "Bidi_C", "Bidi_Mirrored",
    "Bidi_M", "Case_Ignorable", "CI", "Cased", "Changes_When_Casefolded", "CWCF", "Changes_When_Casemapped", "CWCM",
    "Changes_When_Lowercased", "CWL", "Changes_When_NFKC_Casefolded", "CWKCF", "Changes_When_Titlecased", "CWT",
    "Changes_When_Uppercased", "CWU", "Dash", "Default_Ignorable_Code_Point", "DI", "Deprecated", "Dep", "Diacritic",
    "Dia", "Emoji", "Emoji_Component", "EComp", "Emoji_Modifier", "EMod", "Emoji_Modifier_Base", "EBase",
    "Emoji_Presentation", "EPres", "Extended_Pictographic", "ExtPict", "Extender", "Ext", "Grapheme_Base", "Gr_Base",
    "Grapheme_Extend", "Gr_Ext", "Hex_Digit", "Hex", "IDS_Binary_Operator", "IDSB", "IDS_Trinary_Operator", "IDST",
    "ID_Continue", "IDC", "ID_Start", "IDS", "Ideographic", "Ideo", "Join_Control", "Join_C",
    "Logical_Order_Exception", "LOE", "Lowercase", "Lower", "Math", "Noncharacter_Code_Point", "NChar",
    "Pattern_Syntax", "Pat_Syn", "Pattern_White_Space", "Pat_WS", "Quotation_Mark", "QMark", "Radical",
    "Regional_Indicator", "RI", "Sentence_Terminal", "STerm", "Soft_Dotted", "SD", "Terminal_Punctuation", "Term",
    "Unified_Ideograph", "UIdeo", "Uppercase", "Upper", "Variation_Selector", "VS", "White_Space", "space",
    "XID_Continue", "XIDC", "XID_Start", "XIDS",
  ]
}
