using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Shares;

public sealed class SharedTablesTests : IAsyncLifetime
{
    private RegistryProcess process = null!;
    private LakeTable orders = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync();
        orders = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        orders.Commit(orders.Add("part-1.parquet", 1));
        await process.CreateShareAsync("sales");
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_table_keeps_its_id_through_every_change_and_the_event_has_its_whole_state()
    {
        var added = await process.UpdateTablesAsync(
            "sales",
            "ADD",
            new
            {
                name = "main.shop.orders",
                type = "TABLE",
                storage_location = orders.Folder,
            }
        );
        var table = added.ShouldBe(HttpStatusCode.OK).Json.GetProperty("objects")[0];
        table.GetProperty("name").GetString().ShouldBe("main.shop.orders");
        table.GetProperty("shared_as").GetString().ShouldBe("shop.orders");
        table.GetProperty("history_data_sharing_status").GetString().ShouldBe("DISABLED");
        table.GetProperty("cdf_enabled").GetBoolean().ShouldBeFalse();
        table.GetProperty("start_version").GetInt64().ShouldBe(1);
        table.GetProperty("storage_location").GetString().ShouldBe(new Uri(orders.Folder).AbsoluteUri);
        table.GetProperty("added_by").GetString().ShouldBe("operator");

        var changed = await process.UpdateTablesAsync(
            "sales",
            "UPDATE",
            new
            {
                name = "main.shop.orders",
                shared_as = "web.carts",
                cdf_enabled = true,
                start_version = 0,
                comment = "all carts",
            }
        );

        var after = changed.ShouldBe(HttpStatusCode.OK).Json.GetProperty("objects")[0];
        after.GetProperty("id").GetGuid().ShouldBe(table.GetProperty("id").GetGuid());
        after.GetProperty("history_data_sharing_status").GetString().ShouldBe("ENABLED");
        var told = (await process.Events.WaitForAsync<ShareUpdated>(e => e.Revision == 3)).Tables.ShouldHaveSingleItem();
        told.TableId.ShouldBe(table.GetProperty("id").GetGuid());
        (told.Schema, told.Name, told.HistoryShared, told.ChangeFeedShared, told.StartVersion).ShouldBe(("web", "carts", true, true, 0));
        told.StorageLocation.ShouldBe(new Uri(orders.Folder).AbsoluteUri);

        (await process.UpdateTablesAsync("sales", "REMOVE", new { name = "WEB.Carts" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("objects")
            .GetArrayLength()
            .ShouldBe(0);
        (await process.Operator.GetAnswerAsync($"{ShareSetup.SharesPath}/sales?include_shared_data=true"))
            .Json.GetProperty("objects")
            .GetArrayLength()
            .ShouldBe(0);
    }

    [Fact]
    public async Task Either_all_of_a_change_is_made_or_nothing()
    {
        var answer = await process.Operator.PatchAnswerAsync(
            $"{ShareSetup.SharesPath}/sales",
            new
            {
                comment = "changed",
                updates = new object[]
                {
                    new { action = "ADD", data_object = new { name = "a.b", storage_location = orders.Folder } },
                    new { action = "REMOVE", data_object = new { name = "not.there" } },
                },
            }
        );

        answer.ShouldBe(HttpStatusCode.NotFound).ErrorCode.ShouldBe("TABLE_DOES_NOT_EXIST");
        var share = (await process.Operator.GetAnswerAsync($"{ShareSetup.SharesPath}/sales?include_shared_data=true")).Json;
        share.TryGetProperty("comment", out _).ShouldBeFalse();
        share.GetProperty("objects").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_alias_is_taken_once_whatever_its_case()
    {
        await process.ShareTableAsync("sales", "shop.orders", orders.Folder);
        await process.ShareTableAsync("sales", "shop.others", orders.Folder);

        var again = await process.UpdateTablesAsync(
            "sales",
            "ADD",
            new
            {
                name = "x",
                shared_as = "SHOP.Orders",
                storage_location = orders.Folder,
            }
        );
        var moved = await process.UpdateTablesAsync("sales", "UPDATE", new { name = "shop.others", shared_as = "shop.ORDERS" });

        again.ShouldBe(HttpStatusCode.Conflict).ErrorCode.ShouldBe("RESOURCE_ALREADY_EXISTS");
        moved.ShouldBe(HttpStatusCode.Conflict).ErrorCode.ShouldBe("RESOURCE_ALREADY_EXISTS");
    }

    [Fact]
    public async Task Two_tables_may_swap_their_names_in_one_change()
    {
        var second = LakeTable.Create(Path.Combine(process.Lake, "second"));
        await process.ShareTableAsync("sales", "s.one", orders.Folder);
        await process.ShareTableAsync("sales", "s.two", second.Folder);

        var swapped = await process.Operator.PatchAnswerAsync(
            $"{ShareSetup.SharesPath}/sales",
            new
            {
                updates = new object[]
                {
                    new { action = "UPDATE", data_object = new { name = "s.one", shared_as = "s.three" } },
                    new { action = "UPDATE", data_object = new { name = "s.two", shared_as = "s.one" } },
                    new { action = "UPDATE", data_object = new { name = "s.one", shared_as = "s.two" } },
                },
            }
        );

        // The second of them is named s.one by its owner no more than the first: names of the source stay.
        swapped
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("objects")
            .EnumerateArray()
            .Select(o => o.GetProperty("name").GetString() + "=" + o.GetProperty("shared_as").GetString())
            .ShouldBe(["s.two=s.one", "s.one=s.two"]);
    }

    [Fact]
    public async Task A_location_is_refused_with_its_path_and_the_reason()
    {
        var empty = Directory.CreateDirectory(Path.Combine(process.Lake, "empty")).FullName;
        var broken = LakeTable.Create(Path.Combine(process.Lake, "broken"));
        File.WriteAllText(broken.CommitFile(0), File.ReadAllText(broken.CommitFile(0))[..^30]);
        var outside = Directory.CreateTempSubdirectory("tideway-outside-").FullName;
        try
        {
            LakeTable.Create(Path.Combine(outside, "t"));
            File.CreateSymbolicLink(Path.Combine(process.Lake, "link"), Path.Combine(outside, "t"));
            foreach (
                var (location, reason) in ((string, string)[])
                    [
                        (empty, "Delta"),
                        (Path.Combine(process.Lake, "missing"), "Delta"),
                        (broken.Folder, "00000000000000000000.json"),
                        (Path.Combine(outside, "t"), "none of the storage roots"),
                        (Path.Combine(process.Lake, "link"), "none of the storage roots"),
                        (process.Lake + "/../lake/orders", ".."),
                        ("s3://bucket/table", "s3"),
                        ("orders", "absolute"),
                    ]
            )
            {
                var answer = await process.UpdateTablesAsync("sales", "ADD", new { name = "a.b", storage_location = location });
                answer.ShouldBe(HttpStatusCode.BadRequest).ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
                answer.Message.ShouldContain("updates[0].data_object.storage_location");
                answer.Message.ShouldContain(location);
                answer.Message.ShouldContain(reason);
            }
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"action":"ADD"}""", "updates[0].data_object")]
    [InlineData("""{"action":"MOVE","data_object":{"name":"a.b"}}""", "updates[0].action")]
    [InlineData("""{"action":"ADD","data_object":{"storage_location":"/x"}}""", "data_object.name")]
    [InlineData("""{"action":"ADD","data_object":{"name":"a.b"}}""", "data_object.storage_location")]
    [InlineData("""{"action":"ADD","data_object":{"name":"a.b","data_object_type":"VIEW","storage_location":"/x"}}""", "data_object_type")]
    [InlineData("""{"action":"ADD","data_object":{"name":"a.b","shared_as":"one","storage_location":"/x"}}""", "shared_as")]
    [InlineData("""{"action":"ADD","data_object":{"name":"a.b","shared_as":"a.b.c","storage_location":"/x"}}""", "shared_as")]
    [InlineData("""{"action":"ADD","data_object":{"name":"a.b","shared_as":"a b.c","storage_location":"/x"}}""", "shared_as")]
    [InlineData("""{"action":"ADD","data_object":{"name":"a b","storage_location":"/x"}}""", "name")]
    [InlineData(
        """{"action":"ADD","data_object":{"name":"a.b","history_data_sharing_status":"MAYBE","storage_location":"/x"}}""",
        "history_data_sharing_status"
    )]
    [InlineData(
        """{"action":"ADD","data_object":{"name":"a.b","cdf_enabled":true,"history_data_sharing_status":"DISABLED","storage_location":"/x"}}""",
        "cdf_enabled"
    )]
    [InlineData("""{"action":"ADD","data_object":{"name":"a.b","start_version":-1,"storage_location":"/x"}}""", "start_version")]
    [InlineData("""{"action":"ADD","data_object":{"name":"a.b","partitions":[{"values":[]}],"storage_location":"/x"}}""", "partitions")]
    public async Task What_is_wrong_with_a_table_is_said_by_field(string update, string field)
    {
        var answer = await process.Operator.PatchAnswerAsync($"{ShareSetup.SharesPath}/sales", $$"""{"updates":[{{update}}]}""");

        answer.ShouldBe(HttpStatusCode.BadRequest).ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldContain(field);
    }

    [Fact]
    public async Task Tables_of_an_unknown_share_are_refused() =>
        (await process.UpdateTablesAsync("nothing", "ADD", new { name = "a.b", storage_location = orders.Folder }))
            .ShouldBe(HttpStatusCode.NotFound)
            .ErrorCode.ShouldBe("SHARE_DOES_NOT_EXIST");

    [Fact]
    public async Task A_body_of_more_than_a_megabyte_is_refused() =>
        (await process.Operator.PatchAnswerAsync($"{ShareSetup.SharesPath}/sales", new { comment = new string('x', 1_100_000) })).ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
}
