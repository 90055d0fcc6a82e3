using System.Net;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableCredentials;

/// <summary>Switching directory access on and off, where the store is a local disk.</summary>
public sealed class DirectorySwitchTests : TableTest
{
    [Theory]
    [InlineData("DISABLED", false, 0, "got DISABLED, false and 0")]
    [InlineData("ENABLED", false, 0, "got ENABLED, false and 0")]
    [InlineData("ENABLED", true, 1, "got ENABLED, true and 1")]
    [InlineData("ENABLED", true, null, "got ENABLED, true and 1")]
    public async Task A_table_that_is_shared_with_limits_cannot_be_opened_as_a_folder(string history, bool changes, int? startVersion, string expected)
    {
        var table = NewTable("orders");
        table.Commit(table.Add("part-1.parquet", 1));

        var answer = await Process.UpdateTablesAsync(
            "sales",
            "ADD",
            new
            {
                name = "shop.orders",
                storage_location = table.Folder,
                history_data_sharing_status = history,
                cdf_enabled = changes,
                start_version = startVersion,
                directory_access_enabled = true,
            }
        );

        answer.ShouldBe(HttpStatusCode.BadRequest).ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldContain("directory_access_enabled");
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task Changes_cannot_be_taken_back_from_a_table_that_is_open_as_a_folder()
    {
        await ShareAsync("orders", NewTable("orders"));
        await using (var transaction = await Process.Get<ShareRegistryDatabase>().BeginAsync(TestContext.Current.CancellationToken))
        {
            var open = "UPDATE shared_table SET change_feed_shared = TRUE, directory_access = TRUE";
            await transaction.ExecuteAsync(open, null, TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        var refused = await Process.UpdateTablesAsync("sales", "UPDATE", new { name = "shop.orders", cdf_enabled = false });
        var both = await Process.UpdateTablesAsync(
            "sales",
            "UPDATE",
            new
            {
                name = "shop.orders",
                cdf_enabled = false,
                directory_access_enabled = false,
            }
        );

        refused.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("got ENABLED, false and 0");
        both.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_storage_root_without_credentials_is_told_to_the_operator_at_once()
    {
        await ShareAsync("orders", NewTable("orders"));

        var answer = await Process.UpdateTablesAsync(
            "sales",
            "UPDATE",
            new
            {
                name = "shop.orders",
                cdf_enabled = true,
                directory_access_enabled = true,
            }
        );

        answer.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("'shop.orders' needs a storage root that gives out credentials");
        answer.Message.ShouldContain("'lake' gives out no temporary credentials");
    }

    [Fact]
    [ProtocolRule(
        "Generate Temporary Table Credential",
        "Where nobody switched it on there are no temporary credentials: a 400 that says so, and no accessModes"
    )]
    public async Task What_is_not_switched_on_is_not_offered()
    {
        var path = await ShareAsync("orders", NewTable("orders"));

        var answer = (await Acme.Http.PostAnswerAsync(path + "/temporary-table-credentials", "{}")).ShouldBe(HttpStatusCode.BadRequest);

        answer.ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
        answer.Message.ShouldContain("directory access is not offered for table: sales.shop.orders");
        (await GetAsync(path + "/metadata")).Lines[1].Body.TryGetProperty("accessModes", out _).ShouldBeFalse();
        var shown = await Process.Operator.GetAnswerAsync(ShareSetup.SharesPath + "/sales?include_shared_data=true");
        shown.Json.GetProperty("objects")[0].GetProperty("directory_access_enabled").GetBoolean().ShouldBeFalse();
    }
}
