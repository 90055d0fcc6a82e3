using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>Tables that other engines wrote.</summary>
public sealed class RealTableTests : TableTest
{
    [Theory]
    [InlineData("dat/basic_append", 2)]
    [InlineData("dat/basic_partitioned", 6)]
    [InlineData("dat/multi_partitioned", 2)]
    [InlineData("dat/partitioned_with_null", 6)]
    [InlineData("dat/with_checkpoint", 1)]
    [InlineData("dat/no_replay", null)]
    [InlineData("dat/nested_types", 1)]
    [ProtocolRule("API Response Actions in Parquet Format", "The files of an answer are those of the table, as another engine wrote them")]
    public async Task Every_file_that_is_handed_out_is_the_one_on_disk(string name, int? files)
    {
        var folder = Copy(name);
        var log = new LakeTable(folder);
        var path = await ShareAsync("real", log);

        var answer = (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.OK);

        if (files is not null)
            answer.Files().Count.ShouldBe(files.Value);
        answer.Files().ShouldNotBeEmpty();
        var onDisk = Directory
            .EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories)
            .Where(file => !file.Contains("_delta_log", StringComparison.Ordinal))
            .ToDictionary(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))), file => file);
        foreach (var file in answer.Files())
        {
            var bytes = await Process.Stranger.GetByteArrayAsync(new Uri(file.GetProperty("url").GetString()!).PathAndQuery);
            bytes.Length.ShouldBe(file.GetProperty("size").GetInt32());
            Encoding.ASCII.GetString(bytes[..4]).ShouldBe("PAR1");
            onDisk.ShouldContainKey(Convert.ToHexString(SHA256.HashData(bytes)));
        }

        var metadata = answer.Lines[1].Body;
        metadata.GetProperty("size").GetInt64().ShouldBe(answer.Files().Sum(file => file.GetProperty("size").GetInt64()));
        var partitions = metadata.GetProperty("partitionColumns").EnumerateArray().Select(column => column.GetString()!).ToList();
        foreach (var file in answer.Files())
            file.GetProperty("partitionValues").EnumerateObject().Select(pair => pair.Name).Order().ShouldBe(partitions.Order());
    }

    [Theory]
    [InlineData("dat/deletion_vectors")]
    [InlineData("dat/column_mapping")]
    [ProtocolRule("API Response Actions in Parquet Format", "What the parquet format cannot express is refused and never told wrongly")]
    public async Task What_the_format_cannot_express_is_refused(string name)
    {
        var path = await ShareAsync("real", new LakeTable(Copy(name)));

        (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("Unsupported Delta Table Properties");
    }

    private string Copy(string name) => RealTables.Copy(name, Process.Lake);
}
