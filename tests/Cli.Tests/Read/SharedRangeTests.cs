using System.Text.Json.Nodes;
using Tideway.Cli.Tests.Support;
using Tideway.Testing;

namespace Tideway.Cli.Tests.Read;

/// <summary>From where to where <c>tideway read --changes</c> goes: versions, times, or one of each.</summary>
public sealed class SharedRangeTests : SharedReadTest
{
    [Theory]
    [InlineData("1..", "startingVersion=1")]
    [InlineData("1..4", "startingVersion=1&endingVersion=4")]
    [InlineData("2026-11-23..", "startingTimestamp=2026-11-23T00%3A00%3A00Z")]
    [InlineData("2026-11-23T10:00:00.25Z..2026-11-23T12:30+02:00", "startingTimestamp=2026-11-23T10%3A00%3A00.250Z&endingTimestamp=2026-11-23T10%3A30%3A00Z")]
    [InlineData("2026-11-23 10:00:00..2026-11-24", "startingTimestamp=2026-11-23T10%3A00%3A00Z&endingTimestamp=2026-11-24T00%3A00%3A00Z")]
    [InlineData("2..2026-11-24", "startingVersion=2&endingTimestamp=2026-11-24T00%3A00%3A00Z")]
    [InlineData("2026-11-23..7", "startingTimestamp=2026-11-23T00%3A00%3A00Z&endingVersion=7")]
    [ProtocolRule("Read Change Data Feed from a Table", "Our command line asks for changes from a version or a time up to a version or a time")]
    public async Task Changes_are_asked_for_by_version_and_by_time(string range, string query)
    {
        var made = await new CliRun().RunAsync("table", "create", Folder.File("t"), "--sql", "SELECT range AS id FROM range(5)");
        made.ExitCode.ShouldBe(0, made.Error);
        var snapshot = await Share.ShareAsync(Folder.File("t"));
        var file = snapshot.Files.Single();
        JsonObject body = FakeShare.Body(file);
        Share.Changes(query, [.. FakeShare.Head(snapshot), FakeShare.File("add", "a", Share.UrlOf(Path.Combine(Folder.File("t"), file.Path)), body, 3)]);

        var run = await Share.ReadAsync("--changes", range, "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.GetArrayLength().ShouldBe(5);
        run.Json[0].GetProperty("_commit_timestamp").GetString().ShouldBe("1970-01-01T00:00:00.003Z");
    }

    [Theory]
    [InlineData("5..2", "--changes: 2 is before 5.")]
    [InlineData("2026-11-24..2026-11-23T23:59:59Z", "--changes: 2026-11-23T23:59:59Z is before 2026-11-24.")]
    [InlineData("..7", "expected FROM..TO or FROM.., each a version or a time")]
    [InlineData("7", "expected FROM..TO or FROM..")]
    [InlineData("1..2..3", "expected FROM..TO or FROM..")]
    [InlineData("-1..", "expected FROM..TO or FROM..")]
    [InlineData("1..nope", "got '1..nope'")]
    [InlineData("3..5.2", "got '3..5.2'")]
    [InlineData("10:00..", "got '10:00..'")]
    public async Task What_is_no_range_is_refused_and_the_server_is_not_asked(string range, string said)
    {
        var run = await Share.ReadAsync("--changes", range);

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.ShouldContain(said);
        Share.Api.Requests.ShouldBeEmpty();
    }
}
