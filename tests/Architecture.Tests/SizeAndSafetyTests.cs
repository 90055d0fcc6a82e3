using System.Text.RegularExpressions;

namespace Tideway.Architecture.Tests;

public partial class SizeAndSafetyTests
{
    private const int LongestFile = 400;

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Repository
            .SourceFiles.Select(path => (path, lines: Repository.Read(path).Count(c => c == '\n')))
            .Where(file => file.lines > LongestFile)
            .ShouldBeEmpty();

    [Fact]
    public void Unsafe_code_is_only_in_the_native_folder_of_duckdb() =>
        Repository
            .SourceFiles.Where(path =>
                !path.StartsWith("libs/DuckDb/Native/", StringComparison.Ordinal) && !path.StartsWith("tests/Architecture.Tests/", StringComparison.Ordinal)
            )
            .Where(path => Unsafe().IsMatch(Repository.Read(path)))
            .ShouldBeEmpty();

    [Fact]
    public void Source_is_ascii() =>
        Repository.SourceFiles.Where(path => !path.StartsWith("tests/", StringComparison.Ordinal) && Repository.Read(path).Any(c => c > 127)).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later_in_a_comment() =>
        Repository
            .SourceFiles.Where(path => !path.StartsWith("tests/Architecture.Tests/", StringComparison.Ordinal))
            .Where(path => LeftForLater().IsMatch(Repository.Read(path)))
            .ShouldBeEmpty();

    [Fact]
    public void No_address_of_a_package_registry_is_in_the_tree()
    {
        var configuration = Repository
            .Files("*")
            .Where(path =>
                path.EndsWith(".json", StringComparison.Ordinal)
                || path.EndsWith(".config", StringComparison.OrdinalIgnoreCase)
                || path.EndsWith("npmrc", StringComparison.Ordinal)
            );

        configuration.Where(path => RegistryAddress().IsMatch(Repository.Read(path))).ShouldBeEmpty();
    }

    [GeneratedRegex(
        @"^[^/\n""]*\b(unsafe|IntPtr|DllImport|LibraryImport)\b",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"//\s*(TODO|FIXME|HACK|XXX)\b|NotImplementedException", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"https?://[^\s""]*(nuget|npmjs|registry)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex RegistryAddress();
}
