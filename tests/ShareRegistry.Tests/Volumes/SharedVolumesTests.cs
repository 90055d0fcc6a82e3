using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Volumes;

/// <summary>Volumes in the management API.</summary>
public sealed class SharedVolumesTests : VolumeTest
{
    [Fact]
    public async Task A_volume_keeps_its_id_through_every_change_and_the_event_has_its_whole_state()
    {
        var folder = Folder("manuals");
        var added = await Process.UpdateTablesAsync(
            "sales",
            "ADD",
            new
            {
                name = "main.docs.manuals",
                data_object_type = "volume",
                storage_location = folder,
                comment = "how it works",
            }
        );

        var volume = added.ShouldBe(HttpStatusCode.OK).Json.GetProperty("objects")[0];
        volume.GetProperty("name").GetString().ShouldBe("main.docs.manuals");
        volume.GetProperty("shared_as").GetString().ShouldBe("docs.manuals");
        volume.GetProperty("data_object_type").GetString().ShouldBe("VOLUME");
        volume.GetProperty("storage_location").GetString().ShouldBe(new Uri(folder).AbsoluteUri);
        volume.GetProperty("comment").GetString().ShouldBe("how it works");
        volume.GetProperty("added_by").GetString().ShouldBe("operator");
        foreach (var ofTables in (string[])["cdf_enabled", "history_data_sharing_status", "start_version", "plain_copies_enabled", "directory_access_enabled"])
            volume.TryGetProperty(ofTables, out _).ShouldBeFalse(ofTables);

        var changed = await Process.UpdateTablesAsync(
            "sales",
            "UPDATE",
            new
            {
                name = "main.docs.manuals",
                type = "VOLUME",
                string_shared_as = "help.Books",
            }
        );

        changed.ShouldBe(HttpStatusCode.OK).Json.GetProperty("objects")[0].GetProperty("id").GetGuid().ShouldBe(volume.GetProperty("id").GetGuid());
        var told = await Process.Events.WaitForAsync<ShareUpdated>(e => e.Revision == 4);
        told.Tables.ShouldBeEmpty();
        told.Volumes.ShouldNotBeNull()
            .ShouldHaveSingleItem()
            .ShouldBe(
                new SharedVolume
                {
                    VolumeId = volume.GetProperty("id").GetGuid(),
                    Schema = "help",
                    Name = "Books",
                    StorageLocation = new Uri(folder).AbsoluteUri,
                }
            );
        (await Process.UpdateTablesAsync("sales", "REMOVE", new { name = "help.books", data_object_type = "VOLUME" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("objects")
            .GetArrayLength()
            .ShouldBe(0);
    }

    [Fact]
    public async Task A_table_is_none_of_the_volumes_and_the_other_way_round()
    {
        await ShareManualsAsync();
        var table = LakeTable.Create(Path.Combine(Process.Lake, "orders"));
        await Process.ShareTableAsync("sales", "shop.orders", table.Folder);

        var asTable = await Process.UpdateTablesAsync("sales", "REMOVE", new { name = "docs.manuals", data_object_type = "TABLE" });
        var asVolume = await Process.UpdateTablesAsync("sales", "REMOVE", new { name = "shop.orders", data_object_type = "VOLUME" });

        asTable.ShouldBe(HttpStatusCode.NotFound).ErrorCode.ShouldBe("TABLE_DOES_NOT_EXIST");
        asVolume.ShouldBe(HttpStatusCode.NotFound).ErrorCode.ShouldBe("VOLUME_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Either_all_of_a_change_of_tables_and_volumes_is_made_or_nothing()
    {
        var answer = await Process.Operator.PatchAnswerAsync(
            $"{ShareSetup.SharesPath}/sales",
            new
            {
                updates = new object[]
                {
                    new
                    {
                        action = "ADD",
                        data_object = new
                        {
                            name = "docs.manuals",
                            data_object_type = "VOLUME",
                            storage_location = Folder("manuals"),
                        },
                    },
                    new { action = "REMOVE", data_object = new { name = "not.there" } },
                },
            }
        );

        answer.ShouldBe(HttpStatusCode.NotFound);
        (await Process.Operator.GetAnswerAsync($"{ShareSetup.SharesPath}/sales?include_shared_data=true"))
            .Json.GetProperty("objects")
            .GetArrayLength()
            .ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"name":"manuals.","data_object_type":"VOLUME","storage_location":"{0}"}""", "name: a name is not empty")]
    [InlineData("""{"name":"x","shared_as":"a.b.c","data_object_type":"VOLUME","storage_location":"{0}"}""", "shared_as: expected 'schema.volume'")]
    [InlineData("""{"name":"x","shared_as":"a.b","string_shared_as":"a.c","data_object_type":"VOLUME"}""", "string_shared_as: expected what shared_as says")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME"}""", "storage_location: expected the folder of the volume, got none")]
    [InlineData("""{"name":"d.m","data_object_type":"MODEL","storage_location":"{0}"}""", "data_object_type: expected TABLE or VOLUME, got 'MODEL'")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME","storage_location":"{0}","start_version":0}""", "start_version: a volume has no versions")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME","storage_location":"{0}","cdf_enabled":true}""", "cdf_enabled: a volume has no change feed")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME","storage_location":"{0}","history_data_sharing_status":"ENABLED"}""", "a volume has no history")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME","storage_location":"{0}","partitions":[]}""", "partitions: sharing only some")]
    [InlineData("""{"data_object_type":"VOLUME"}""", "name: expected the volume's name, got none")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME","storage_location":"/etc"}""", "lies in none of the storage roots")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME","storage_location":"{0}/../../etc"}""", "it has the segment '..'")]
    [InlineData("""{"name":"d.m","data_object_type":"VOLUME","storage_location":"{0}/nothing"}""", "there is no such folder")]
    public async Task What_makes_no_volume_is_refused_and_says_why(string body, string expected)
    {
        var updates = $$"""{"updates":[{"action":"ADD","data_object":{{body.Replace("{0}", Process.Lake, StringComparison.Ordinal)}}}]}""";

        var answer = await Process.Operator.PatchAnswerAsync($"{ShareSetup.SharesPath}/sales", updates);

        answer.ShouldBe(HttpStatusCode.BadRequest).ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldStartWith("updates[0].data_object.");
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task A_file_is_no_folder() => (await AddAsync("docs.manuals", Write("a.txt"))).ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task The_folder_of_a_table_and_one_within_a_table_are_no_volumes_even_where_it_is_not_shared()
    {
        var table = LakeTable.Create(Path.Combine(Process.Lake, "deep/orders"));
        Write("deep/orders/day=1/part-9.parquet");

        foreach (var location in (string[])[table.Folder, Path.Combine(table.Folder, "day=1"), table.Log])
            (await AddAsync("docs.manuals", location)).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("is a Delta table; share it as a TABLE");
    }

    [Fact]
    public async Task A_table_around_a_storage_root_is_seen_from_within_that_root()
    {
        var home = Directory.CreateTempSubdirectory("tideway-nested-").FullName;
        var table = LakeTable.Create(Path.Combine(home, "tables/orders"));
        Directory.CreateDirectory(Path.Combine(table.Folder, "day=1/deep"));
        await using var process = await RegistryProcess.StartAsync($"--Storage:Roots:outer={home}", $"--Storage:Roots:inner={table.Folder}/day=1");
        await process.CreateShareAsync("sales");

        foreach (var folder in (string[])["/day=1", "/day=1/deep"])
        {
            var volume = new
            {
                name = "docs.day",
                data_object_type = "VOLUME",
                storage_location = table.Folder + folder,
            };
            var answer = await process.UpdateTablesAsync("sales", "ADD", volume);
            answer.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain($"{new Uri(table.Folder)} is a Delta table; share it as a TABLE");
        }

        Directory.Delete(home, recursive: true);
    }

    [Fact]
    [ProtocolRule("Volumes", "No file of a shared table is part of a volume, in whatever shares they are", Served = "refused when either is added")]
    public async Task A_folder_that_holds_a_shared_table_is_no_volume_and_no_table_is_shared_out_of_a_volume()
    {
        var table = LakeTable.Create(Path.Combine(Process.Lake, "all/orders"));
        await Process.CreateShareAsync("other");
        await Process.ShareTableAsync("other", "shop.orders", table.Folder);

        var refused = (await AddAsync("docs.all", Path.Combine(Process.Lake, "all"))).ShouldBe(HttpStatusCode.Conflict);
        refused.ErrorCode.ShouldBe("LOCATION_OVERLAP");
        refused.Message.ShouldContain("'other.shop.orders'");

        await Process.UpdateTablesAsync("other", "REMOVE", new { name = "shop.orders" });
        (await AddAsync("docs.all", Path.Combine(Process.Lake, "all"))).ShouldBe(HttpStatusCode.OK);
        var table2 = await Process.UpdateTablesAsync("other", "ADD", new { name = "shop.orders", storage_location = table.Folder });
        table2.ShouldBe(HttpStatusCode.Conflict).ErrorCode.ShouldBe("LOCATION_OVERLAP");
    }

    [Fact]
    public async Task A_link_to_the_folder_of_a_shared_table_is_seen_through()
    {
        var table = LakeTable.Create(Path.Combine(Process.Lake, "orders"));
        await Process.ShareTableAsync("sales", "shop.orders", table.Folder);
        var link = Path.Combine(Process.Lake, "harmless");
        Directory.CreateSymbolicLink(link, Process.Lake);

        (await AddAsync("docs.manuals", link)).ShouldBe(HttpStatusCode.Conflict).ErrorCode.ShouldBe("LOCATION_OVERLAP");
    }

    [Fact]
    public async Task The_folder_of_plain_copies_is_no_volume_nor_is_one_around_it()
    {
        var home = Directory.CreateTempSubdirectory("tideway-copies-").FullName;
        await using var process = await RegistryProcess.StartAsync($"--Storage:Roots:home={home}", $"--ShareRegistry:PlainCopies:Folder={home}/copies");
        await process.CreateShareAsync("sales");

        foreach (var location in (string[])[$"{home}/copies", home])
        {
            var volume = new
            {
                name = "docs.copies",
                data_object_type = "VOLUME",
                storage_location = location,
            };
            var answer = await process.UpdateTablesAsync("sales", "ADD", volume);
            answer.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("plain copies");
        }

        Directory.Delete(home, recursive: true);
    }
}
