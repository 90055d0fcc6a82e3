using Microsoft.AspNetCore.Http;
using Tideway.Cli.Tests.Support;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.Cli.Tests.Read;

/// <summary><c>tideway read</c> of a table whose deletion vectors lie one after the other in one file.</summary>
public sealed class SharedVectorsTests : SharedReadTest
{
    private const int Files = 12;
    private const int RowsEach = 100;

    private string Table => Folder.File("t");

    private IEnumerable<string> VectorRanges => Share.Ranges.Where(sent => IsVectorFile(sent.Path)).Select(sent => sent.Range);

    private int Queries => Share.Api.Requests.Count(request => request.Line.EndsWith("/query", StringComparison.Ordinal));

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await TableAsync("create", "--sql", $"SELECT range AS id, range // {RowsEach} AS part FROM range({Files * RowsEach})", "--partition", "part");
        await TableAsync("alter set-property", "delta.enableDeletionVectors=true");
        await TableAsync("delete", "--where", "id % 10 = 3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vectors_that_lie_side_by_side_come_with_one_request_also_where_the_whole_file_comes(bool knowsRanges)
    {
        Share.KnowsRanges = knowsRanges;
        var vectors = Vectors(await Share.ShareAsync(Table));

        await ShouldReadAllThatIsLeftAsync();

        vectors.Count.ShouldBe(Files);
        VectorRanges.ShouldBe([$"bytes={vectors[0].Offset}-{vectors[^1].Offset + vectors[^1].SizeInBytes + 7}"]);
    }

    [Fact]
    public async Task Vectors_of_several_files_come_with_one_request_each()
    {
        await TableAsync("delete", "--where", "id % 10 = 4 AND part < 5");
        await Share.ShareAsync(Table);

        var rows = await IdsAsync();

        rows.ShouldBe(Enumerable.Range(0, Files * RowsEach).Where(id => id % 10 != 3 && !(id % 10 == 4 && id < 5 * RowsEach)));
        VectorRanges.Count().ShouldBe(2);
    }

    [Fact]
    public async Task One_that_is_not_what_it_is_said_to_be_is_a_failure_of_the_server()
    {
        var wrong = Vectors(await Share.ShareAsync(Table))[Files / 2].Offset;
        await Share.ShareAsync(Table, vector => vector.Offset == wrong ? vector with { Cardinality = vector.Cardinality + 1 } : vector);

        var run = await Share.ReadAsync();

        run.ExitCode.ShouldBe(1, run.Error);
        run.Error.ShouldContain($"expected {(RowsEach / 10) + 1} rows, found {RowsEach / 10}");
    }

    [Fact]
    public async Task An_address_that_ended_is_asked_for_again_for_all_that_come_with_it()
    {
        await Share.ShareAsync(Table);
        RefuseOneVector(() => Share.ShareAsync(Table));

        await ShouldReadAllThatIsLeftAsync();

        VectorRanges.Count().ShouldBe(1);
        Queries.ShouldBe(2);
    }

    [Fact]
    public async Task Vectors_of_several_files_under_one_path_are_not_taken_for_each_other()
    {
        Share.NamesVectors = false;
        await DeleteInsteadAsync("id = 17", "id = 128");
        await Share.ShareAsync(Table);

        (await IdsAsync()).ShouldBe(Enumerable.Range(0, Files * RowsEach).Where(id => id is not (17 or 128)));
    }

    [Fact]
    public async Task A_vector_that_nothing_names_is_asked_for_again_at_the_same_version()
    {
        Share.NamesVectors = false;
        await Share.ShareAsync(Table);
        RefuseOneVector(() => Share.ShareAsync(Table));

        await ShouldReadAllThatIsLeftAsync();

        Queries.ShouldBe(2);
    }

    [Fact]
    public async Task A_vector_that_nothing_names_is_not_taken_from_another_version_though_it_is_as_long_there()
    {
        Share.NamesVectors = false;
        await DeleteInsteadAsync("id = 17", "id = 128");
        await Share.ShareAsync(Table);
        RefuseOneVector(async () =>
        {
            await DeleteInsteadAsync("id = 18", "id = 129");
            Share.Version = 6;
            await Share.ShareAsync(Table);
        });

        var run = await Share.ReadAsync("-o", "json");

        run.ExitCode.ShouldBe(1, run.Out);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain("went on from version 3 to 6");
        Queries.ShouldBe(2);
    }

    [Fact]
    public async Task A_vector_that_is_named_is_taken_from_another_version()
    {
        await DeleteInsteadAsync("id = 17", "id = 128");
        await Share.ShareAsync(Table);
        RefuseOneVector(async () =>
        {
            await TableAsync("append", "--sql", $"SELECT {Files * RowsEach} AS id, {Files} AS part");
            Share.Version = 6;
            await Share.ShareAsync(Table);
        });

        (await IdsAsync()).ShouldBe(Enumerable.Range(0, Files * RowsEach).Where(id => id is not (17 or 128)));
        Queries.ShouldBe(2);
    }

    /// <summary>The address of the first vector that is asked for has ended, when <paramref name="meanwhile"/> has happened.</summary>
    private void RefuseOneVector(Func<Task> meanwhile)
    {
        var refused = 0;
        Share.FaultOf = async context =>
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
        var run = await Share.ReadAsync("-o", "json");
        run.ExitCode.ShouldBe(0, run.Error);
        return [.. run.Json.EnumerateArray().Select(row => row.GetProperty("id").GetInt32()).Order()];
    }

    private async Task TableAsync(string verb, params string[] args)
    {
        var run = await new CliRun().RunAsync(["table", .. verb.Split(' '), Table, .. args]);
        run.ExitCode.ShouldBe(0, run.Error);
    }
}
