using Microsoft.AspNetCore.Http;
using Tideway.Cli.Tests.Support;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.Cli.Tests.Read;

/// <summary><c>tideway read</c> of a table whose deletion vectors lie one after the other in one file.</summary>
public sealed class SharedVectorsTests : IAsyncLifetime
{
    private const int Files = 12;
    private const int RowsEach = 100;

    private readonly TempFolder folder = new();
    private FakeShare share = null!;

    private string Table => folder.File("t");

    private IEnumerable<string> VectorRanges => share.Ranges.Where(sent => IsVectorFile(sent.Path)).Select(sent => sent.Range);

    public async ValueTask InitializeAsync()
    {
        share = await FakeShare.StartAsync();
        await TableAsync("create", "--sql", $"SELECT range AS id, range // {RowsEach} AS part FROM range({Files * RowsEach})", "--partition", "part");
        await TableAsync("alter set-property", "delta.enableDeletionVectors=true");
        await TableAsync("delete", "--where", "id % 10 = 3");
    }

    public async ValueTask DisposeAsync()
    {
        await share.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vectors_that_lie_side_by_side_come_with_one_request_also_where_the_whole_file_comes(bool knowsRanges)
    {
        share.KnowsRanges = knowsRanges;
        var vectors = Vectors(await share.ShareAsync(Table));

        await ShouldReadAllThatIsLeftAsync();

        vectors.Count.ShouldBe(Files);
        VectorRanges.ShouldBe([$"bytes={vectors[0].Offset}-{vectors[^1].Offset + vectors[^1].SizeInBytes + 7}"]);
    }

    [Fact]
    public async Task Vectors_of_several_files_come_with_one_request_each()
    {
        await TableAsync("delete", "--where", "id % 10 = 4 AND part < 5");
        await share.ShareAsync(Table);

        var rows = await IdsAsync();

        rows.ShouldBe(Enumerable.Range(0, Files * RowsEach).Where(id => id % 10 != 3 && !(id % 10 == 4 && id < 5 * RowsEach)));
        VectorRanges.Count().ShouldBe(2);
    }

    [Fact]
    public async Task One_that_is_not_what_it_is_said_to_be_is_a_failure_of_the_server()
    {
        var wrong = Vectors(await share.ShareAsync(Table))[Files / 2].Offset;
        await share.ShareAsync(Table, vector => vector.Offset == wrong ? vector with { Cardinality = vector.Cardinality + 1 } : vector);

        var run = await share.ReadAsync();

        run.ExitCode.ShouldBe(1, run.Error);
        run.Error.ShouldContain($"expected {(RowsEach / 10) + 1} rows, found {RowsEach / 10}");
    }

    [Fact]
    public async Task An_address_that_ended_is_asked_for_again_for_all_that_come_with_it()
    {
        await share.ShareAsync(Table);
        RefuseOneVector(() => share.ShareAsync(Table));

        await ShouldReadAllThatIsLeftAsync();

        VectorRanges.Count().ShouldBe(1);
        share.Api.Requests.Count(request => request.Line.EndsWith("/query", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Vectors_of_several_files_under_one_path_are_not_taken_for_each_other()
    {
        share.NamesVectors = false;
        await DeleteInsteadAsync("id = 17", "id = 128");
        await share.ShareAsync(Table);

        (await IdsAsync()).ShouldBe(Enumerable.Range(0, Files * RowsEach).Where(id => id is not (17 or 128)));
    }

    [Fact]
    public async Task A_vector_that_nothing_names_is_asked_for_again_at_the_same_version()
    {
        share.NamesVectors = false;
        await share.ShareAsync(Table);
        RefuseOneVector(() => share.ShareAsync(Table));

        await ShouldReadAllThatIsLeftAsync();

        share.Api.Requests.Count(request => request.Line.EndsWith("/query", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_vector_that_nothing_names_is_not_taken_from_another_version_though_it_is_as_long_there()
    {
        share.NamesVectors = false;
        await DeleteInsteadAsync("id = 17", "id = 128");
        await share.ShareAsync(Table);
        RefuseOneVector(async () =>
        {
            await DeleteInsteadAsync("id = 18", "id = 129");
            share.Version = 6;
            await share.ShareAsync(Table);
        });

        var run = await share.ReadAsync("-o", "json");

        run.ExitCode.ShouldBe(1, run.Out);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain("went on from version 3 to 6");
    }

    [Fact]
    public async Task A_vector_that_is_named_is_taken_from_another_version()
    {
        await DeleteInsteadAsync("id = 17", "id = 128");
        await share.ShareAsync(Table);
        RefuseOneVector(async () =>
        {
            await TableAsync("append", "--sql", $"SELECT {Files * RowsEach} AS id, {Files} AS part");
            share.Version = 6;
            await share.ShareAsync(Table);
        });

        (await IdsAsync()).ShouldBe(Enumerable.Range(0, Files * RowsEach).Where(id => id is not (17 or 128)));
    }

    /// <summary>The address of the first vector that is asked for has ended, when <paramref name="meanwhile"/> has happened.</summary>
    private void RefuseOneVector(Func<Task> meanwhile)
    {
        var refused = 0;
        share.FaultOf = async context =>
        {
            if (!IsVectorFile(context.Request.Path) || Interlocked.Exchange(ref refused, 1) == 1)
                return false;
            await meanwhile();
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return true;
        };
    }

    /// <summary>Deletes rows, each in a file of vectors of its own, in the place of those that are deleted.</summary>
    private async Task DeleteInsteadAsync(params string[] rows)
    {
        await TableAsync("restore", "--version", "2", "--yes");
        foreach (var row in rows)
            await TableAsync("delete", "--where", row);
    }

    private static bool IsVectorFile(string? path) => path!.EndsWith(".bin", StringComparison.Ordinal);

    private static List<DeletionVectorDescriptor> Vectors(Snapshot snapshot) =>
        [.. snapshot.Files.Select(file => file.DeletionVector!).OrderBy(vector => vector.Offset)];

    private async Task ShouldReadAllThatIsLeftAsync() => (await IdsAsync()).ShouldBe(Enumerable.Range(0, Files * RowsEach).Where(id => id % 10 != 3));

    private async Task<List<int>> IdsAsync()
    {
        var run = await share.ReadAsync("-o", "json");
        run.ExitCode.ShouldBe(0, run.Error);
        return [.. run.Json.EnumerateArray().Select(row => row.GetProperty("id").GetInt32()).Order()];
    }

    private async Task TableAsync(string verb, params string[] args)
    {
        var run = await new CliRun().RunAsync(["table", .. verb.Split(' '), Table, .. args]);
        run.ExitCode.ShouldBe(0, run.Error);
    }
}
