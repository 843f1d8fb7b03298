// swift-tools-version: 6.2
// A package of its own, so that the main one builds without the fuzzer's runtime. `make fuzz` gives the flags.
import PackageDescription

let package = Package(
  name: "uprev-fuzzing",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "uprev", path: "..")],
  targets: [
    .executableTarget(
      name: "FuzzArchive",
      dependencies: [
        .product(name: "LosslessJSON", package: "uprev"), .product(name: "UprevArchive", package: "uprev"),
        .product(name: "UprevCore", package: "uprev"), .product(name: "UprevReport", package: "uprev"),
      ],
      // The fuzzer brings the function `main`; without the last two flags SwiftPM renames ours, and there is none.
      swiftSettings: [
        .unsafeFlags(["-parse-as-library", "-Xfrontend", "-entry-point-function-name", "-Xfrontend", "main"])
      ],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
  ],
  swiftLanguageModes: [.v6]
)
