using System.Text;
using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class QueryRequestTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \r\n")]
    [InlineData("{}")]
    [InlineData("""{"unknown":{"deep":[1]},"version":null,"predicateHints":null}""")]
    public void Nothing_asked_is_the_latest_snapshot(string body)
    {
        var request = Parse(body);

        request.Version.ShouldBeNull();
        request.PredicateHints.ShouldBeEmpty();
        request.IncludeRefreshToken.ShouldBeFalse();
    }

    [Fact]
    [ProtocolRule("Get Query Info", "idempotency_key is taken for idempotencyKey")]
    public void What_the_Spark_client_sends_is_understood()
    {
        var request = Parse(
            """{"predicateHints":[],"limitHint":10,"includeRefreshToken":true,"jsonPredicateHints":"{\"op\":\"and\"}","idempotency_key":"k","queryDeltaLog":false,"maxFiles":5}"""
        );

        request.LimitHint.ShouldBe(10);
        request.IncludeRefreshToken.ShouldBeTrue();
        request.JsonPredicateHints.ShouldBe("""{"op":"and"}""");
        request.IdempotencyKey.ShouldBe("k");
        request.MaxFiles.ShouldBe(5);
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "Numbers may be texts and booleans of any case", Served = "as clients send them")]
    public void Clients_that_are_careless_about_types_are_understood()
    {
        var request = Parse(
            """{"version":"3","includeHistoricalProtocol":"True","limitHint":9007199254740993,"jsonPredicateHints":{"op":"column"},"predicateHints":["a = 1",2,null],}"""
        );

        request.Version.ShouldBe(3);
        request.IncludeHistoricalProtocol.ShouldBeTrue();
        request.LimitHint.ShouldBe(9007199254740993);
        request.JsonPredicateHints.ShouldBe("""{"op":"column"}""");
        request.PredicateHints.ShouldBe(["a = 1"]);
    }

    [Theory]
    [InlineData("{", "line 1, byte 1")]
    [InlineData("{\n  \"version\": 1,\n  oops }", "line 3, byte 2")]
    [InlineData("{} {}", "line 1")]
    [InlineData("[1]", "object")]
    [InlineData("\"text\"", "object")]
    [InlineData("null", "object")]
    [InlineData("""{"version":"abc"}""", "version to be an integer")]
    [InlineData("""{"version":1.5}""", "version to be an integer")]
    [InlineData("""{"version":99999999999999999999}""", "Expected version to be an integer from 0 to 9223372036854775807, got 99999999999999999999.")]
    [InlineData("""{"startingVersion":9223372036854775808}""", "startingVersion to be an integer from 0 to 9223372036854775807, got 9223372036854775808")]
    [InlineData("""{"endingVersion":"-99999999999999999999"}""", "endingVersion to be an integer from 0 to 9223372036854775807, got \"-99999999999999999999\"")]
    [InlineData("""{"version":true}""", "version to be an integer")]
    [InlineData("""{"maxFiles":3000000000}""", "Expected maxFiles to be an integer from 1 to 2147483647, got 3000000000.")]
    [InlineData("""{"timestamp":5}""", "timestamp to be a text")]
    [InlineData("""{"includeRefreshToken":1}""", "includeRefreshToken to be a boolean")]
    [InlineData("""{"pageToken":"\ud800"}""", "Unicode")]
    public void A_body_that_cannot_be_read_is_told_with_its_place(string body, string expected)
    {
        QueryRequest.Parse(Encoding.UTF8.GetBytes(body), out var fault).ShouldBeNull();

        fault.ShouldNotBeNull().ShouldContain(expected);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_a_fault()
    {
        QueryRequest.Parse([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d], out _);
        QueryRequest.Parse([.. "{\"timestamp\":\""u8, 0xff, .. "\"}"u8], out var fault).ShouldBeNull();

        fault.ShouldNotBeNull();
    }

    [Fact]
    public void A_written_request_reads_the_same()
    {
        var request = new QueryRequest
        {
            PredicateHints = ["a = 'x'", "b > 1"],
            JsonPredicateHints = "{}",
            LimitHint = 1,
            Version = 2,
            Timestamp = "2022-01-01T00:00:00Z",
            StartingVersion = 3,
            EndingVersion = 4,
            IncludeHistoricalProtocol = true,
            IdempotencyKey = "i",
            MaxFiles = 5,
            PageToken = "p",
            IncludeRefreshToken = true,
            RefreshToken = "r",
        };

        Parse(Encoding.UTF8.GetString(request.ToJson())).ShouldBeEquivalentTo(request with { PredicateHints = new List<string>(request.PredicateHints) });
        Encoding.UTF8.GetString(new QueryRequest().ToJson()).ShouldBe("{}");
    }

    private static QueryRequest Parse(string body)
    {
        var request = QueryRequest.Parse(Encoding.UTF8.GetBytes(body), out var fault);
        fault.ShouldBeNull();
        return request.ShouldNotBeNull();
    }
}
