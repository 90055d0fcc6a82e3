using System.Diagnostics;
using System.Text.Json.Nodes;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Reading;
using Tideway.EndToEnd.Tests.Hosts;

namespace Tideway.EndToEnd.Tests.Exchange;

/// <summary><c>tideway read</c>, as a partner uses it who has a profile file and nothing else of us.</summary>
[Trait("Needs", "EndToEnd")]
public sealed class ReadCommandTests(TwoOrganisationsFixture organisations) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-read-").FullName;

    public static TheoryData<string> Kinds => ["plain", "vectors", "mapped", "mappedvectors"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_table_is_read_as_it_is_at_every_version_and_with_its_changes(string kind)
    {
        var (table, address) = await ShareAsync("read" + kind, kind);
        await LocalTables.AppendOrdersAsync(table, 0, 2_000);
        await LocalTables.DeleteOrdersAsync(table, "order_id % 10 = 3");
        var latest = await LocalTables.MergeOrdersAsync(table, 1_500, 1_000, 3);

        for (var version = 1L; version <= latest; version++)
            await ShouldReadAsync(address, ["--version", $"{version}"], await SqlAsync(table, version, where: null));
        await ShouldReadAsync(address, [], await SqlAsync(table, latest, where: null));
        await ShouldReadAsync(address, ["--where", "region = 'north' AND amount > 500"], await SqlAsync(table, latest, "region = 'north' AND amount > 500"));
        await ShouldReadAsync(address, ["--changes", "1.."], await ChangesSqlAsync(table, 1, latest));
    }

    [Fact]
    public async Task What_is_shared_is_listed_and_rows_are_shown()
    {
        var (table, address) = await ShareAsync("readlist", "plain");
        await LocalTables.AppendOrdersAsync(table, 0, 100);
        var profile = address[..address.IndexOf('#', StringComparison.Ordinal)];

        var shares = await ReadAsync(profile, "-o", "json");
        var tables = await ReadAsync(profile + "#readlist", "-o", "json");
        var rows = await ReadAsync(address, "--limit", "7", "-o", "json");

        JsonNode.Parse(shares.Output)!.AsArray().Select(share => share!["name"]!.GetValue<string>()).ShouldBe(["readlist"]);
        JsonNode.Parse(tables.Output)!.AsArray().Single()!["schema"]!.GetValue<string>().ShouldBe("shop");
        JsonNode.Parse(rows.Output)!.AsArray().Count.ShouldBe(7);
    }

    [Fact]
    public async Task What_cannot_be_read_ends_with_the_exit_code_that_says_why()
    {
        var (_, address) = await ShareAsync("readfails", "plain");

        (await ReadAsync(address.Replace(".readfails", ".nothing", StringComparison.Ordinal))).ExitCode.ShouldBe(3);
        (await ReadAsync(address, "--version", "99")).ExitCode.ShouldBe(2);
        (await ReadAsync(address, "--column", "nothing")).ExitCode.ShouldBe(2);
        (await ReadAsync(address, "--changes", "5..2")).ExitCode.ShouldBe(2);
        (await ReadAsync(Path.Combine(folder, "none.share") + "#a.b.c")).ExitCode.ShouldBe(3);
        var insecure = await RunAsync(["read", address]);
        insecure.ExitCode.ShouldBe(2);
        insecure.Error.ShouldContain("--allow-insecure");
        await organisations.Skylane.Api.DeleteAsync("/api/2.1/unity-catalog/recipients/readfails", Stop);
        (await ReadAsync(address)).ExitCode.ShouldBe(4);
    }

    [Fact]
    public async Task A_volume_is_shared_by_command_and_comes_as_files_and_each_of_them_is_on_record()
    {
        var (_, address) = await ShareAsync("readfiles", "plain");
        var manuals = Path.Combine(organisations.Skylane.Tables, "manuals");
        Directory.CreateDirectory(Path.Combine(manuals, "2026"));
        await File.WriteAllTextAsync(Path.Combine(manuals, "2026", "a b.txt"), "how it works", Stop);
        await File.WriteAllBytesAsync(Path.Combine(manuals, "big.bin"), new byte[5_000_000], Stop);
        string[] signedIn = ["--url", organisations.Skylane.Url.AbsoluteUri, "--token", organisations.Skylane.Api.Token];
        var added = await RunAsync(["share", "add-volume", "readfiles", "docs.manuals", "--location", manuals, .. signedIn]);
        added.ExitCode.ShouldBe(0, added.Error);
        (await RunAsync(["share", "add-volume", "readfiles", "docs.all", "--location", organisations.Skylane.Tables, .. signedIn])).ExitCode.ShouldBe(5);

        var volume = address.Replace("shop.readfiles", "docs.manuals", StringComparison.Ordinal);
        var listed = await RunAsync(["volume", "files", volume, "--allow-insecure", "-o", "json"]);
        var target = Path.Combine(folder, "got");
        var got = await RunAsync(["volume", "get", volume, "--out", target, "--allow-insecure"]);

        listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2, listed.Error);
        got.ExitCode.ShouldBe(0, got.Error);
        (await File.ReadAllTextAsync(Path.Combine(target, "2026", "a b.txt"), Stop)).ShouldBe("how it works");
        new FileInfo(Path.Combine(target, "big.bin")).Length.ShouldBe(5_000_000);
        var reads = await Tideway.Testing.Eventually.Async(
            async () =>
                (await organisations.Skylane.Api.GetAsync("/api/tideway/v1/audit?share=readfiles&action=deltaSharingGetFile", Stop))["records"]!.AsArray(),
            records => records.Count >= 2
        );
        reads.ShouldAllBe(read => read!["request_params"]!["volume"]!.GetValue<string>() == "manuals");
    }

    private async Task<(DeltaTable Table, string Address)> ShareAsync(string name, string kind)
    {
        var location = Path.Combine(organisations.Skylane.Tables, name);
        var properties = new List<(string, string)>();
        if (kind.StartsWith("mapped", StringComparison.Ordinal))
            properties.Add(("delta.columnMapping.mode", "name"));
        if (kind.EndsWith("vectors", StringComparison.Ordinal))
            properties.Add(("delta.enableDeletionVectors", "true"));
        var table = await LocalTables.CreateOrdersAsync(location, [.. properties]);
        var link = await organisations.Skylane.Api.InviteAsync(name, Stop);
        await organisations.Skylane.Api.ShareAsync(name, $"shop.{name}", location, name, Stop);
        var profile = Path.Combine(folder, name + ".share");
        (await RunAsync(["recipient", "activate", link.AbsoluteUri, "--out", profile])).ExitCode.ShouldBe(0);
        return (table, $"{profile}#{name}.shop.{name}");
    }

    private async Task ShouldReadAsync(string address, string[] arguments, string expectedSql)
    {
        var file = Path.Combine(folder, $"{Guid.CreateVersion7():N}.parquet");
        var run = await ReadAsync(address, [.. arguments, "--output", "parquet", "--out", file]);
        run.ExitCode.ShouldBe(0, run.Error);
        LocalTables.Differences(file, expectedSql).ShouldBe(0, string.Join(' ', arguments));
    }

    private static async Task<string> SqlAsync(DeltaTable table, long version, string? where) =>
        await new TableReader(table.Store).ScanSqlAsync(await table.LoadAsync(version), new ScanOptions { WhereSql = where }, Stop);

    private static async Task<string> ChangesSqlAsync(DeltaTable table, long from, long to)
    {
        var versions = new List<VersionChanges>();
        await foreach (var version in table.ReadChangeDataFeedAsync(from, to, Stop))
            versions.Add(version);
        return await new TableReader(table.Store).ChangesSqlAsync(await table.LoadAsync(to), versions, cancellationToken: Stop);
    }

    private static Task<CommandRun> ReadAsync(string address, params string[] arguments) => RunAsync(["read", address, "--allow-insecure", .. arguments]);

    private static async Task<CommandRun> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo(ServiceProcess.ProgramOf("Cli"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        return new CommandRun(process.ExitCode, await output, await error);
    }

    private sealed record CommandRun(int ExitCode, string Output, string Error);
}
