using System.Text.Json;
using System.Text.Json.Nodes;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>Reads the rows behind an answer as clients do: nothing but what the answer says, by the addresses in it.</summary>
internal sealed class ReadBack(RegistryProcess process) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-read-back-").FullName;
    private int files;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>An answer in the delta format: its lines become a log of one version, from which the table is read.</summary>
    public async Task<string> OfDeltaAsync(Answer answer)
    {
        var lines = new List<string>
        {
            JsonSerializer.Serialize(new { protocol = answer.Lines[0].Body.GetProperty("deltaProtocol") }),
            JsonSerializer.Serialize(new { metaData = answer.Lines[1].Body.GetProperty("deltaMetadata") }),
        };
        foreach (var file in answer.Files())
        {
            var action = JsonNode.Parse(file.GetProperty("deltaSingleAction").GetRawText())!.AsObject();
            var add = action["add"]!.AsObject();
            add["path"] = new Uri(await DownloadAsync(add["path"]!.GetValue<string>())).AbsoluteUri;
            if (add["deletionVector"] is JsonObject vector && vector["storageType"]!.GetValue<string>() == "p")
                vector["pathOrInlineDv"] = await DownloadAsync(vector["pathOrInlineDv"]!.GetValue<string>());
            lines.Add(action.ToJsonString());
        }

        var log = Directory.CreateDirectory(Path.Combine(folder, $"table-{files++}", "_delta_log")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(log, "00000000000000000000.json"), lines);
        var store = new LocalObjectStore(Path.GetDirectoryName(log)!);
        var snapshot = await new DeltaTable(store, TimeProvider.System).LoadAsync();
        return await new TableReader(store, allowFilesOutside: true).ScanSqlAsync(snapshot);
    }

    /// <summary>An answer in the parquet format: the files as they are, with the partition values beside them.</summary>
    public Task<string> OfParquetAsync(Answer answer) => OfParquetAsync(answer.Files());

    /// <summary>The same of some of its files.</summary>
    public async Task<string> OfParquetAsync(IEnumerable<JsonElement> lines)
    {
        var parts = new List<string>();
        foreach (var file in lines)
        {
            var local = await DownloadAsync(file.GetProperty("url").GetString()!);
            new FileInfo(local).Length.ShouldBe(file.GetProperty("size").GetInt64());
            var values = file.GetProperty("partitionValues")
                .EnumerateObject()
                .Select(pair => $", {(pair.Value.GetString() is { Length: > 0 } text ? SqlText.Literal(text) : "NULL")} AS {SqlText.Identifier(pair.Name)}");
            parts.Add($"SELECT *{string.Concat(values)} FROM read_parquet({SqlText.Literal(local)}, hive_partitioning = false)");
        }

        return string.Join(" UNION ALL BY NAME ", parts);
    }

    /// <summary>Sees that the rows of a SELECT are those that the table must have.</summary>
    public static void ShouldBeRowsOf(string sql, string table)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var expected = $"SELECT * FROM read_parquet({SqlText.Literal(RealTables.Expected(table))}, hive_partitioning = false)";
        connection.Execute($"CREATE VIEW expected AS {expected}");
        connection.Execute($"CREATE TABLE actual AS {sql}");
        var columns = new List<string>();
        using (var described = connection.Query("SELECT column_name FROM (DESCRIBE expected)"))
        {
            columns.AddRange(described.Rows().Select(row => $"CAST({SqlText.Identifier((string)row[0]!)} AS VARCHAR)"));
        }

        var all = string.Join(", ", columns);
        connection.Scalar<long>("SELECT count(*) FROM actual").ShouldBe(connection.Scalar<long>("SELECT count(*) FROM expected"));
        connection.Scalar<long>($"SELECT count(*) FROM (SELECT {all} FROM actual EXCEPT ALL SELECT {all} FROM expected)").ShouldBe(0);
    }

    private async Task<string> DownloadAsync(string url)
    {
        var local = Path.Combine(folder, $"file-{files++}");
        var address = new Uri(url);
        // Those of our own files name a host that is not there.
        if (address.AbsolutePath.StartsWith("/files/", StringComparison.Ordinal))
            address = new Uri(process.Stranger.BaseAddress!, address.PathAndQuery);
        await File.WriteAllBytesAsync(local, await process.Stranger.GetByteArrayAsync(address));
        return local;
    }
}
