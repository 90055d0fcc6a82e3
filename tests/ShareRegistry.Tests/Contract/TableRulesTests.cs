using System.Net;
using System.Text;
using System.Text.Json;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Versions, values of partitions, ids and addresses in the answers about one table.</summary>
public sealed class TableRulesTests : TableTest
{
    private const string Capabilities = "delta-sharing-capabilities";

    // What the kernel of some clients takes for a sign that an address is signed.
    private static readonly string[] SignedKeys = ["x-amz-signature", "sp", "x-goog-credential", "x-oss-credential", "x-databricks-signature"];

    [Fact]
    [ProtocolRule("Read Data from a Table", "Delta-Table-Version is the latest version, or the first of the files where versions were asked for")]
    [ProtocolRule("Query Table Metadata", "Metadata is that of the version or time that was asked for, or of the latest")]
    [ProtocolRule("Python client", "Delta-Table-Version is on version, metadata and query")]
    public async Task The_header_names_the_version_of_the_answer()
    {
        var table = NewTable("orders");
        for (var version = 1; version <= 3; version++)
            table.Commit(table.Add($"part-{version}.parquet", 10)).At(version, DateTimeOffset.UnixEpoch.AddDays(version));
        table.At(0, DateTimeOffset.UnixEpoch);
        var path = await ShareAsync("orders", table);

        VersionOf(await GetAsync(path + "/version")).ShouldBe("3");
        VersionOf(await QueryAsync(path, "{}")).ShouldBe("3");
        VersionOf(await QueryAsync(path, new { version = 1 })).ShouldBe("1");
        VersionOf(await QueryAsync(path, new { timestamp = "1970-01-03T12:00:00Z" })).ShouldBe("2");
        VersionOf(await QueryAsync(path, new { startingVersion = 1 })).ShouldBe("1");
        VersionOf(await QueryAsync(path, new { startingVersion = 2, endingVersion = 2 })).ShouldBe("2");
        VersionOf(await GetAsync(path + "/metadata")).ShouldBe("3");
        VersionOf(await GetAsync(path + "/metadata?timestamp=1970-01-03T12:00:00Z")).ShouldBe("2");
        var metadata = await GetAsync(path + "/metadata?version=1");
        VersionOf(metadata).ShouldBe("1");
        metadata.Lines[1].Body.GetProperty("version").GetInt64().ShouldBe(1);
        metadata.Lines[1].Body.GetProperty("numFiles").GetInt64().ShouldBe(2);
    }

    [Fact]
    [ProtocolRule(
        "API Response Actions in Parquet Format",
        "Values of partitions are texts as in the log, null for null; without partitions both fields are there and empty"
    )]
    public async Task Values_of_partitions_are_as_in_the_log()
    {
        var plain = await QueryAsync(await ShareAsync("plain", NewTable("plain")), "{}");
        var table = new LakeTable(Path.Combine(Process.Lake, "days"));
        table.Commit(
            LakeTable.ProtocolLine(),
            LakeTable.MetadataLine().Replace("\"partitionColumns\":[]", "\"partitionColumns\":[\"day\"]", StringComparison.Ordinal),
            table.Add("a", 1).Replace("\"partitionValues\":{}", """ "partitionValues":{"day":"2026-01-31"} """, StringComparison.Ordinal),
            table.Add("b", 1).Replace("\"partitionValues\":{}", """ "partitionValues":{"day":null} """, StringComparison.Ordinal),
            table.Add("c", 1).Replace("\"partitionValues\":{}", """ "partitionValues":{"day":"a \"quoted\" / 100% ü"} """, StringComparison.Ordinal)
        );
        var path = await ShareAsync("days", table);

        var parquet = await QueryAsync(path, "{}");
        var delta = await QueryAsync(path, "{}", (Capabilities, "responseformat=delta"));

        plain.Lines[1].Body.GetProperty("partitionColumns").GetRawText().ShouldBe("[]");
        plain.Files()[0].GetProperty("partitionValues").GetRawText().ShouldBe("{}");
        parquet.Lines[1].Body.GetProperty("partitionColumns").GetRawText().ShouldBe("""["day"]""");
        string?[] expected = ["2026-01-31", null, "a \"quoted\" / 100% ü"];
        parquet.Files().Select(file => DayOf(file)).ShouldBe(expected, ignoreOrder: true);
        delta.Files().Select(file => DayOf(file.GetProperty("deltaSingleAction").GetProperty("add"))).ShouldBe(expected, ignoreOrder: true);
        JsonElement.Parse(parquet.Files()[0].GetProperty("stats").GetString()!).GetProperty("numRecords").GetInt64().ShouldBe(1);
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("delta")]
    [ProtocolRule("File ID Hash Header", "A file has the same id in every answer made the same way")]
    [ProtocolRule("Spark client", "Asking again with the refresh token, without hints, gives every id of the first answer")]
    public async Task A_file_keeps_its_id(string format)
    {
        var table = NewTable("orders");
        for (var version = 1; version <= 3; version++)
            table.Commit(table.Add($"part-{version}.parquet", 10));
        var path = await ShareAsync("orders", table);
        var header = (Capabilities, "responseformat=" + format);

        var first = await QueryAsync(
            path,
            new
            {
                predicateHints = Array.Empty<string>(),
                limitHint = 15,
                includeRefreshToken = true,
            },
            header
        );
        table.Commit(LakeTable.RemoveLine("part-0.parquet"));
        var refreshed = await QueryAsync(
            path,
            new { includeRefreshToken = true, refreshToken = first.Lines[^1].Body.GetProperty("refreshToken").GetString() },
            header
        );
        var pinned = await QueryAsync(path, new { version = 3 }, header);
        var since = await QueryAsync(path, new { startingVersion = 0 }, header);

        var all = Ids(refreshed);
        all.Count.ShouldBe(4);
        Ids(first).ShouldBeSubsetOf(all);
        first.Files().Count.ShouldBe(2);
        Ids(pinned).ShouldBe(all, ignoreOrder: true);
        var added = since.Lines.Where(line =>
            line.Kind == "add" || (line.Kind == "file" && line.Body.GetProperty("deltaSingleAction").TryGetProperty("add", out _))
        );
        added.Select(line => line.Body.GetProperty("id").GetString()).ShouldBe(all, ignoreOrder: true);
    }

    [Fact]
    [ProtocolRule("Spark client", "A query of the latest version that asks for a refresh token ends with it and with the time when the first address ends")]
    [ProtocolRule(
        "Spark client",
        "Addresses are good for more than 15 minutes, else they would be renewed without end",
        Served = "for an hour, unless configured otherwise"
    )]
    [ProtocolRule("Python client", "The address of a file has a key in its query that says that it is signed, whatever store it is in")]
    public async Task Addresses_last_and_say_that_they_are_signed()
    {
        var answer = await QueryAsync(await ShareAsync("orders", NewTable("orders")), new { includeRefreshToken = true });

        var end = answer.Lines[^1];
        end.Kind.ShouldBe("endStreamAction");
        end.Body.GetProperty("refreshToken").GetString().ShouldNotBeNullOrEmpty();
        var file = answer.Files().ShouldHaveSingleItem();
        var expires = file.GetProperty("expirationTimestamp").GetInt64();
        end.Body.GetProperty("minUrlExpirationTimestamp").GetInt64().ShouldBe(expires);
        DateTimeOffset.FromUnixTimeMilliseconds(expires).ShouldBeGreaterThan(Process.Time.GetUtcNow().AddMinutes(16));
        KeysOf(file.GetProperty("url").GetString()!).Intersect(SignedKeys).ShouldNotBeEmpty();
    }

    [Fact]
    [ProtocolRule("Python client", "An address is good also when its quoting was made anew, as the HTTP libraries of clients do")]
    public async Task An_address_can_be_quoted_again()
    {
        var table = new LakeTable(Path.Combine(Process.Lake, "odd"));
        table.Commit(LakeTable.ProtocolLine(), LakeTable.MetadataLine(), table.Add("day=2026-01-01%2012%253A00/a%2Bb%26c%28d%29.parquet", 5));
        await Process.ShareTableAsync("sales", "züri.orders", table.Folder);

        var answer = (await QueryAsync("/delta-sharing/shares/sales/schemas/z%C3%BCri/tables/orders", "{}")).ShouldBe(HttpStatusCode.OK);

        var url = new Uri(answer.Files().ShouldHaveSingleItem().GetProperty("url").GetString()!);
        var (path, query) = (url.AbsolutePath, url.Query);
        foreach (
            var quoted in (string[])
                [
                    path + query,
                    Requoted(path, "!$&'()*+,;=:@/") + query,
                    path + Requoted(query, "?/:@,()'!$*"),
                    Requoted(path, "") + Requoted(query, "?/:@&="),
                    path + query.Replace("%2F", "%2f", StringComparison.Ordinal),
                ]
        )
        {
            using var response = await Process.Stranger.GetAsync(quoted);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, quoted);
        }
    }

    [Fact]
    [ProtocolRule("Python client", "A table with timestamps without time zone is answered in the delta format where the client takes it")]
    public async Task Timestamps_without_a_zone_need_the_delta_format()
    {
        var path = await ShareAsync("ntz", new LakeTable(RealTables.Copy("dat/timestamp_ntz", Process.Lake)));

        (await GetAsync(path + "/metadata", (Capabilities, "responseformat=delta,parquet;readerfeatures=deletionvectors,columnmapping,timestampntz")))
            .ShouldBe(HttpStatusCode.OK)
            .Header(Capabilities)
            .ShouldBe("responseformat=delta");
    }

    [Theory]
    [InlineData("\"timestamp_ntz\"")]
    [InlineData("""{"type":"array","elementType":"timestamp_ntz","containsNull":true}""")]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A type that the parquet format does not have is never told to a client that takes only that format",
        Served = "400 that names the type: timestamp_ntz or variant"
    )]
    public async Task Timestamps_without_a_zone_are_refused_in_the_parquet_format(string type)
    {
        var table = new LakeTable(Path.Combine(Process.Lake, "zoneless"));
        var column = JsonSerializer.Serialize($$$"""{"name":"at","type":{{{type}}},"nullable":true,"metadata":{}}""")[1..^1];
        table.Commit(
            LakeTable.ProtocolLine(3, 7, ""","readerFeatures":["timestampNtz"],"writerFeatures":["timestampNtz"]"""),
            LakeTable.MetadataLine().Replace("}]}\"", "}," + column + "]}\"", StringComparison.Ordinal),
            table.Add("part-0.parquet", 10)
        );
        var path = await ShareAsync("zoneless", table);

        foreach (var answer in new[] { await GetAsync(path + "/metadata"), await QueryAsync(path, "{}"), await QueryAsync(path, new { startingVersion = 0 }) })
            answer.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("it has columns of the type timestamp_ntz");
        (await QueryAsync(path, "{}", (Capabilities, "responseformat=parquet,delta;readerfeatures=timestampntz"))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule(
        "Python client",
        "A line ends at a line feed and nowhere else: the client ends lines at every character that Unicode takes for an end of line"
    )]
    public async Task No_line_holds_what_could_be_taken_for_its_end()
    {
        const string Odd = "a\u2028b\u2029c\u0085d\u001ce\u000bf\u000cg\rh";
        var text = JsonSerializer.Serialize(Odd);
        var table = new LakeTable(Path.Combine(Process.Lake, "odd"));
        table.Commit(
            LakeTable.ProtocolLine(),
            LakeTable.MetadataLine().Replace("\"partitionColumns\":[]", "\"partitionColumns\":[\"day\"]", StringComparison.Ordinal),
            table
                .Add("a", 1, $",\"tags\":{{\"t\":{text}}}")
                .Replace("\"partitionValues\":{}", $"\"partitionValues\":{{\"day\":{text}}}", StringComparison.Ordinal)
        );
        var path = await ShareAsync("odd", table);
        (await Process.Operator.PatchAnswerAsync($"{ShareSetup.SharesPath}/sales", new { comment = "a\u2028b\u0085c" })).ShouldBe(HttpStatusCode.OK);

        var parquet = await QueryAsync(path, "{}");
        var delta = await QueryAsync(path, "{}", (Capabilities, "responseformat=delta"));
        var shares = await GetAsync("/delta-sharing/shares");

        DayOf(parquet.Files()[0]).ShouldBe(Odd);
        DayOf(delta.Files()[0].GetProperty("deltaSingleAction").GetProperty("add")).ShouldBe(Odd);
        shares.Json.GetProperty("items")[0].GetProperty("comment").GetString().ShouldBe("a\u2028b\u0085c");
        foreach (var answer in new[] { parquet, delta, shares })
            answer.Text.Replace("\n", "", StringComparison.Ordinal).IndexOfAny([.. Odd.Where(letter => !char.IsAsciiLetter(letter))]).ShouldBe(-1);
    }

    [Theory]
    [InlineData("""{"limitHint":9223372036854775807}""")]
    [InlineData("""{"limitHint":2147483648,"predicateHints":[],"jsonPredicateHints":null}""")]
    [ProtocolRule("Read Data from a Table", "limitHint may be larger than an Int32", Served = "as the reference server takes it")]
    public async Task A_limit_may_be_large(string body) =>
        (await QueryAsync(await ShareAsync("orders", NewTable("orders")), body)).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(1);

    private static string? VersionOf(Answer answer) => answer.ShouldBe(HttpStatusCode.OK).Header("Delta-Table-Version");

    private static string? DayOf(JsonElement file) => file.GetProperty("partitionValues").GetProperty("day").GetString();

    private static IReadOnlyList<string?> Ids(Answer answer) =>
        [.. answer.ShouldBe(HttpStatusCode.OK).Files().Select(file => file.GetProperty("id").GetString())];

    private static IEnumerable<string> KeysOf(string url) => new Uri(url).Query.TrimStart('?').Split('&').Select(pair => pair.Split('=')[0].ToLowerInvariant());

    /// <summary>Takes away the percent-encoding of letters, digits and what else is safe, as libraries do that quote an address anew.</summary>
    private static string Requoted(string text, string safe)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (
                text[i] == '%'
                && (char)Convert.ToByte(text.Substring(i + 1, 2), 16) is var plain
                && (char.IsAsciiLetterOrDigit(plain) || "-._~".Contains(plain) || safe.Contains(plain))
            )
            {
                result.Append(plain);
                i += 2;
            }
            else
                result.Append(text[i]);
        }

        return result.ToString();
    }
}
