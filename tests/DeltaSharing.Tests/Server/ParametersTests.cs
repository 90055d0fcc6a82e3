using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class ParametersTests
{
    private static readonly TableRules Table = new("s", "sc", "t", HistoryShared: true, StartVersion: 1, ChangesShared: true);

    public static TheoryData<QueryRequest, string> BadQueries =>
        new()
        {
            {
                new QueryRequest { Version = 1, Timestamp = "2022-01-01T00:00:00Z" },
                "Please only provide one of"
            },
            {
                new QueryRequest { Version = 1, StartingVersion = 1 },
                "Please only provide one of"
            },
            {
                new QueryRequest { Version = -1 },
                "table version cannot be negative"
            },
            {
                new QueryRequest { StartingVersion = -1 },
                "startingVersion cannot be negative"
            },
            {
                new QueryRequest { StartingVersion = 3, EndingVersion = 2 },
                "startingVersion(3) must be smaller than or equal to endingVersion(2)"
            },
            {
                new QueryRequest { EndingVersion = 2 },
                "endingVersion can be used only with startingVersion"
            },
            {
                new QueryRequest { Version = 0 },
                "You can only query table data since version 1"
            },
            {
                new QueryRequest { StartingVersion = 0 },
                "You can only query table data since version 1"
            },
            {
                new QueryRequest { Timestamp = "yesterday" },
                "ISO 8601"
            },
            {
                new QueryRequest { MaxFiles = 0 },
                "maxFiles must be positive"
            },
            {
                new QueryRequest { Version = 1, IncludeRefreshToken = true },
                "includeRefreshToken cannot be used when querying a specific version"
            },
            {
                new QueryRequest { PageToken = "p", IncludeRefreshToken = true },
                "includeRefreshToken must be used in the first page request"
            },
            {
                new QueryRequest { Version = 1, RefreshToken = "r" },
                "refreshToken cannot be used when querying a specific version"
            },
            {
                new QueryRequest { PageToken = "p", RefreshToken = "r" },
                "refreshToken must be used in the first page request"
            },
        };

    [Theory, MemberData(nameof(BadQueries))]
    public void A_query_that_contradicts_itself_is_400_with_the_known_text(QueryRequest query, string text) =>
        Refused(TableSelections.OfQuery(query, Table)).ShouldContain(text);

    [Fact]
    public void A_query_selects_one_state_of_the_table()
    {
        TableSelections.OfQuery(new QueryRequest(), Table).Value.ShouldBe(new TableSelection.Latest());
        TableSelections.OfQuery(new QueryRequest { LimitHint = -1 }, Table).Value.ShouldBe(new TableSelection.Latest());
        TableSelections.OfQuery(new QueryRequest { Version = 1 }, Table).Value.ShouldBe(new TableSelection.AtVersion(1));
        TableSelections.OfQuery(new QueryRequest { StartingVersion = 1 }, Table).Value.ShouldBe(new TableSelection.Since(1, null));
        TableSelections.OfQuery(new QueryRequest { StartingVersion = 2, EndingVersion = 2 }, Table).Value.ShouldBe(new TableSelection.Since(2, 2));
        TableSelections
            .OfQuery(new QueryRequest { Timestamp = "1970-01-01T00:00:00Z" }, Table)
            .Value.ShouldBe(new TableSelection.AtTime(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Without_history_only_the_latest_version_is_shared()
    {
        var plain = Table with { HistoryShared = false };

        TableSelections.OfQuery(new QueryRequest(), plain).Value.ShouldBe(new TableSelection.Latest());
        Refused(TableSelections.OfQuery(new QueryRequest { Version = 5 }, plain))
            .ShouldContain("Reading table by version or timestamp is not supported because history sharing is not enabled on table: s.sc.t");
        Refused(TableSelections.OfMetadata(Request("?timestamp=2022-01-01T00:00:00Z"), plain)).ShouldContain("history sharing is not enabled");
    }

    [Theory]
    [InlineData("?version=1&timestamp=2022-01-01T00:00:00Z", "Please only provide one of")]
    [InlineData("?version=abc", "version must be an integer from 0 to 9223372036854775807, not 'abc'")]
    [InlineData("?version=9223372036854775808", "version must be an integer from 0 to 9223372036854775807, not '9223372036854775808'")]
    [InlineData("?version=-1", "cannot be negative")]
    [InlineData("?timestamp=2022", "ISO 8601")]
    public void Bad_metadata_parameters_are_400(string query, string text) => Refused(TableSelections.OfMetadata(Request(query), Table)).ShouldContain(text);

    [Fact]
    public void The_version_call_takes_a_time_or_none()
    {
        TableSelections.OfVersion(Request("")).Value.ShouldBeNull();
        TableSelections.OfVersion(Request("?startingTimestamp=1970-01-01T00%3A00%3A00Z")).Value.ShouldBe(DateTimeOffset.UnixEpoch);
        TableSelections.OfVersion(Request("?startingTimestamp=1970-01-01T02:00:00+02:00")).Value.ShouldBe(DateTimeOffset.UnixEpoch);
        Refused(TableSelections.OfVersion(Request("?startingTimestamp=now"))).ShouldContain("startingTimestamp must be a time");
    }

    [Theory]
    [InlineData("", "No startingVersion or startingTimestamp provided for CDF read")]
    [InlineData("?endingVersion=3", "No startingVersion or startingTimestamp provided for CDF read")]
    [InlineData("?startingVersion=1&startingTimestamp=2022-01-01T00:00:00Z", "Multiple starting arguments provided for CDF read")]
    [InlineData("?startingVersion=1&endingVersion=2&endingTimestamp=2022-01-01T00:00:00Z", "Multiple ending arguments provided for CDF read")]
    [InlineData("?startingVersion=2&endingVersion=1", "CDF range from start 2 to end 1 was invalid. End cannot be before start")]
    [InlineData("?startingTimestamp=2022-01-02T00:00:00Z&endingTimestamp=2022-01-01T00:00:00Z", "cannot be before")]
    [InlineData("?startingVersion=0", "You can only query table changes since version 1")]
    [InlineData("?startingVersion=-1", "cannot be negative")]
    [InlineData("?startingVersion=1e3", "must be an integer")]
    [InlineData("?startingTimestamp=soon", "ISO 8601")]
    [InlineData("?startingVersion=1&endingTimestamp=late", "ISO 8601")]
    public void A_change_range_that_contradicts_itself_is_400_with_the_known_text(string query, string text) =>
        Refused(ChangeRange.Read(Request(query), Table)).ShouldContain(text);

    [Fact]
    public void A_change_range_is_read_as_clients_write_it()
    {
        var range = ChangeRange.Read(Request("?startingVersion=1&endingVersion=4&includeHistoricalMetadata=True&includeHistoricalProtocol=maybe"), Table).Value;

        range.ShouldBe(
            new ChangeRange
            {
                StartingVersion = 1,
                EndingVersion = 4,
                IncludeHistoricalMetadata = true,
            }
        );
    }

    [Fact]
    public void A_table_without_a_shared_change_feed_has_none() =>
        Refused(ChangeRange.Read(Request("?startingVersion=1"), Table with { ChangesShared = false })).ShouldBe("cdf is not enabled on table s.sc.t");

    [Fact]
    public void A_range_beyond_the_latest_version_is_400_with_the_known_text()
    {
        ChangeRange.Check(1, 5, 5, Table).ShouldBeNull();
        ChangeRange.Check(6, 6, 5, Table)!.Message.ShouldContain("Provided Start version(6)");
        ChangeRange.Check(6, 6, 5, Table)!.Message.ShouldContain("cannot be greater than the latest version of the table(5)");
        ChangeRange.Check(1, 6, 5, Table)!.Message.ShouldContain("End version cannot be greater than the latest version");
        ChangeRange.Check(0, 5, 5, Table)!.Message.ShouldContain("since version 1");
    }

    [Theory]
    [InlineData("", 500, null)]
    [InlineData("?maxResults=", 500, null)]
    [InlineData("?maxResults=0&pageToken=", 0, null)]
    [InlineData("?maxResults=500&pageToken=abc", 500, "abc")]
    public void List_parameters_have_defaults(string query, int maxResults, string? token) =>
        ListParameters.Read(Request(query)).Value.ShouldBe(new ListParameters(maxResults, token));

    [Theory]
    [InlineData("501")]
    [InlineData("-1")]
    [InlineData("ten", "'ten'")]
    [InlineData("99999999999", "'99999999999'")]
    public void A_page_size_that_is_not_allowed_is_400_and_says_which_are(string size, string? told = null)
    {
        var message = Refused(ListParameters.Read(Request("?maxResults=" + size)));

        message.ShouldStartWith("maxResults must be ");
        message.ShouldEndWith($" between 0 and 500, not {told ?? size}.");
    }

    [Fact]
    public void File_ids_are_hashes_that_clients_know()
    {
        FileIdHash.Parquet.Of("abc").ShouldBe("900150983cd24fb0d6963f7d28e17f72");
        FileIdHash.Delta.Of("abc").ShouldBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    private static string Refused<T>(Checked<T> result)
    {
        result.IsRefused(out var refusal).ShouldBeTrue();
        refusal.Status.ShouldBe(400);
        refusal.ErrorCode.ShouldBe(ErrorCodes.InvalidParameterValue);
        return refusal.Message;
    }

    private static HttpRequest Request(string query) => new DefaultHttpContext { Request = { QueryString = new QueryString(query) } }.Request;
}
