using System.Text.Json;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Shares;

public sealed class ShareTests : IAsyncLifetime
{
    private const string Path = "/api/2.1/unity-catalog/shares";

    private FakeApi api = null!;

    public async ValueTask InitializeAsync() => api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Create_posts_the_share_and_shows_it()
    {
        api.On($"POST {Path}", """{"name":"sales","id":"1","comment":"to partners","created_at":1795428002000}""", 201);

        var run = await CliRun.Async(api, "share", "create", "sales", "--comment", "to partners");

        run.ExitCode.ShouldBe(0, run.Error);
        var asked = api.Requests.ShouldHaveSingleItem();
        asked.Body.ShouldBe("""{"name":"sales","comment":"to partners"}""");
        asked.Authorization.ShouldBe("Bearer secret-token");
        run.Lines.ShouldContain("Name        sales");
        run.Lines.ShouldContain("Created     2026-11-23 10:00:02Z");
    }

    [Fact]
    public async Task Create_sends_what_recipients_are_to_see()
    {
        api.On($"POST {Path}", """{"name":"sales","id":"1","display_name":"The Sales","properties":{"a":"1"}}""", 201);

        string[] description = ["--display-name", "The Sales", "--property", "a=1", "--property", "b="];
        var run = await CliRun.Async(api, ["share", "create", "sales", .. description]);

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem().Body.ShouldBe("""{"name":"sales","display_name":"The Sales","properties":{"a":"1","b":""}}""");
        run.Out.ShouldContain("The Sales");
    }

    [Fact]
    public async Task Update_sends_only_what_is_said()
    {
        api.On($"PATCH {Path}/sales", """{"name":"sales"}""");

        (await CliRun.Async(api, "share", "update", "sales", "--display-name", "", "--property", "a=1")).ExitCode.ShouldBe(0);
        (await CliRun.Async(api, "share", "update", "sales", "--new-name", "trade", "--no-properties")).ExitCode.ShouldBe(0);

        api.Requests.Select(asked => asked.Body).ShouldBe(["""{"display_name":"","properties":{"a":"1"}}""", """{"new_name":"trade","properties":{}}"""]);
    }

    [Theory]
    [InlineData("Say what is to change")]
    [InlineData("not both", "--property", "a=1", "--no-properties")]
    [InlineData("KEY=VALUE", "--property", "a")]
    public async Task An_update_that_makes_no_sense_is_refused(string expected, params string[] flags)
    {
        var run = await CliRun.Async(api, ["share", "update", "sales", .. flags]);

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.ShouldContain(expected);
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task List_walks_all_pages()
    {
        api.On($"GET {Path}?max_results=1000", """{"shares":[{"name":"a","owner":"me"}],"next_page_token":"n=1"}""");
        api.On($"GET {Path}?max_results=1000&page_token=n%3D1", """{"shares":[{"name":"b","owner":"you"}]}""");

        var run = await CliRun.Async(api, "share", "list");

        run.Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]).ShouldBe(["NAME", "a", "b"]);
    }

    [Fact]
    public async Task List_as_json_is_an_array_of_what_the_server_said()
    {
        api.On($"GET {Path}?max_results=1000", """{"shares":[{"name":"a","unknown_member":1}]}""");

        var run = await CliRun.Async(api, "share", "list", "-o", "json");

        run.Json.GetArrayLength().ShouldBe(1);
        run.Json[0].GetProperty("unknown_member").GetInt32().ShouldBe(1);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_empty_list_as_json_is_an_empty_array()
    {
        api.On($"GET {Path}?max_results=1000", "{}");

        (await CliRun.Async(api, "share", "list", "-o", "json")).Json.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Get_shows_tables_and_grants()
    {
        api.On($"GET {Path}/a%2Fb?include_shared_data=true", """{"name":"a/b","objects":[{"name":"s.t","shared_as":"x.y","storage_location":"file:///t"}]}""");
        api.On($"GET {Path}/a%2Fb/permissions", """{"privilege_assignments":[{"principal":"acme","privileges":["SELECT"]}]}""");

        var table = await CliRun.Async(api, "share", "get", "a/b");
        var json = await CliRun.Async(api, "share", "get", "a/b", "-o", "json");

        table.Out.ShouldContain("file:///t");
        table.Out.ShouldContain("acme");
        json.Json.GetProperty("privilege_assignments")[0].GetProperty("principal").GetString().ShouldBe("acme");
        json.Json.GetProperty("objects")[0].GetProperty("shared_as").GetString().ShouldBe("x.y");
    }

    [Fact]
    public async Task Add_patches_the_share_with_the_table()
    {
        api.On($"PATCH {Path}/sales", "{}");

        var run = await CliRun.Async(
            api,
            "share",
            "add",
            "sales",
            "s.orders",
            "--location",
            "file:///t",
            "--as",
            "public.orders",
            "--cdf",
            "--start-version",
            "3",
            "--comment",
            "c"
        );

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem()
            .Body.ShouldBe(
                """{"updates":[{"action":"ADD","data_object":{"name":"s.orders","data_object_type":"TABLE","shared_as":"public.orders","storage_location":"file:///t","cdf_enabled":true,"history_data_sharing_status":"ENABLED","start_version":3,"comment":"c"}}]}"""
            );
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task Add_opens_the_whole_folder_where_asked()
    {
        api.On($"PATCH {Path}/sales", "{}");

        string[] flags = ["--cdf", "--start-version", "0", "--directory-access"];
        await CliRun.Async(api, ["share", "add", "sales", "s.orders", "--location", "file:///t", .. flags]);

        api.Requests.ShouldHaveSingleItem()
            .Body.ShouldBe(
                """{"updates":[{"action":"ADD","data_object":{"name":"s.orders","data_object_type":"TABLE","storage_location":"file:///t","cdf_enabled":true,"history_data_sharing_status":"ENABLED","start_version":0,"directory_access_enabled":true}}]}"""
            );
    }

    [Fact]
    public async Task Add_leaves_to_the_server_what_is_not_said()
    {
        api.On($"PATCH {Path}/sales", "{}");

        await CliRun.Async(api, "share", "add", "sales", "s.orders", "--location", "file:///t");

        api.Requests.ShouldHaveSingleItem()
            .Body.ShouldBe("""{"updates":[{"action":"ADD","data_object":{"name":"s.orders","data_object_type":"TABLE","storage_location":"file:///t"}}]}""");
    }

    [Theory]
    [InlineData("tables/or ders")]
    [InlineData("./tables/or ders")]
    public async Task A_location_that_is_a_path_is_sent_as_its_absolute_address(string path)
    {
        api.On($"PATCH {Path}/sales", "{}");

        var run = await CliRun.Async(api, "share", "add", "sales", "s.orders", "--location", path);

        run.ExitCode.ShouldBe(0, run.Error);
        var location = JsonDocument
            .Parse(api.Requests.ShouldHaveSingleItem().Body)
            .RootElement.GetProperty("updates")[0]
            .GetProperty("data_object")
            .GetProperty("storage_location")
            .GetString()!;
        location.ShouldStartWith("file:///");
        new Uri(location).LocalPath.ShouldBe(System.IO.Path.GetFullPath("tables/or ders"));
    }

    [Fact]
    public async Task Add_tells_the_name_that_recipients_see_where_it_is_another()
    {
        api.On($"PATCH {Path}/sales", """{"objects":[{"name":"orders","shared_as":"default.orders"},{"name":"s.returns","shared_as":"s.returns"}]}""");

        (await CliRun.Async(api, "share", "add", "sales", "orders", "--location", "/t")).Error.ShouldContain("recipients see it as 'default.orders'");
        (await CliRun.Async(api, "share", "add", "sales", "s.returns", "--location", "/t")).Error.ShouldNotContain("recipients see");
    }

    [Theory]
    [InlineData("share", "get", ".")]
    [InlineData("share", "delete", "..", "--yes")]
    [InlineData("share", "grant", "..", "acme")]
    [InlineData("recipient", "delete", "..", "--yes")]
    [InlineData("sync", "run", ".")]
    public async Task A_name_that_would_change_the_address_asked_is_exit_code_2(params string[] args)
    {
        var run = await CliRun.Async(api, args);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("is not a name");
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Remove_patches_the_share()
    {
        api.On($"PATCH {Path}/sales", "{}");

        var run = await CliRun.Async(api, "share", "remove", "sales", "s.orders", "--yes");

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem().Body.ShouldBe("""{"updates":[{"action":"REMOVE","data_object":{"name":"s.orders","data_object_type":"TABLE"}}]}""");
    }

    [Theory]
    [InlineData("grant", "add")]
    [InlineData("revoke", "remove")]
    public async Task Grant_and_revoke_change_the_permissions(string command, string member)
    {
        api.On($"PATCH {Path}/sales/permissions", "{}");

        var run = await CliRun.Async(api, "share", command, "sales", "acme");

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem().Body.ShouldBe($$"""{"changes":[{"principal":"acme","{{member}}":["SELECT"]}]}""");
    }

    [Fact]
    public async Task Delete_asks_and_a_no_changes_nothing()
    {
        var run = await new CliRun { IsInteractive = true, Input = "n\n" }.RunAsync(api, "share", "delete", "sales");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("Delete share 'sales' and all its grants? [y/N]");
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Delete_goes_ahead_after_a_yes()
    {
        api.On($"DELETE {Path}/sales", "", 204);

        var run = await new CliRun { IsInteractive = true, Input = "y\n" }.RunAsync(api, "share", "delete", "sales");

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("share", "delete", "x")]
    [InlineData("share", "remove", "x", "t")]
    [InlineData("recipient", "delete", "x")]
    [InlineData("provider", "remove", "x")]
    [InlineData("sync", "delete", "x")]
    [InlineData("principal", "delete", "x")]
    public async Task Where_nobody_can_be_asked_destroying_needs_yes(params string[] args)
    {
        var run = await CliRun.Async(api, args);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--yes");
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_volume_is_added_and_removed_as_a_volume()
    {
        api.On($"PATCH {Path}/sales", """{"objects":[{"name":"manuals","data_object_type":"VOLUME","shared_as":"default.manuals"}]}""");

        var added = await CliRun.Async(api, "share", "add-volume", "sales", "manuals", "--location", "/srv/lake/manuals", "--comment", "all of them");
        var removed = await CliRun.Async(api, "share", "remove-volume", "sales", "manuals", "--yes");

        added.ExitCode.ShouldBe(0, added.Error);
        added.Error.ShouldContain("Volume 'manuals' is in share 'sales'; recipients see it as 'default.manuals'.");
        removed.ExitCode.ShouldBe(0, removed.Error);
        api.Requests.Select(asked => asked.Body)
            .ShouldBe([
                """{"updates":[{"action":"ADD","data_object":{"name":"manuals","data_object_type":"VOLUME","storage_location":"file:///srv/lake/manuals","comment":"all of them"}}]}""",
                """{"updates":[{"action":"REMOVE","data_object":{"name":"manuals","data_object_type":"VOLUME"}}]}""",
            ]);
    }

    [Fact]
    public async Task Get_shows_volumes_beside_tables()
    {
        api.On(
            $"GET {Path}/sales?include_shared_data=true",
            """{"name":"sales","objects":[{"name":"t","shared_as":"s.t","data_object_type":"TABLE"},{"name":"v","shared_as":"s.v","data_object_type":"VOLUME","storage_location":"s3://b/v"}]}"""
        );
        api.On($"GET {Path}/sales/permissions", "{}");

        var run = await CliRun.Async(api, "share", "get", "sales");

        run.Out.ShouldContain("Volumes");
        run.Lines.Single(line => line.StartsWith("s.v", StringComparison.Ordinal)).ShouldContain("s3://b/v");
        run.Lines.SkipWhile(line => line != "Tables")
            .TakeWhile(line => line != "Volumes")
            .ShouldNotContain(line => line.StartsWith("s.v", StringComparison.Ordinal));
    }
}
