using System.Globalization;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Pruning;

/// <summary>Random rows, the statistics that the rougher engines write of them, and random conditions, which DuckDB decides row by row.</summary>
public sealed class PruningPropertyTests : IDisposable
{
    private const string Columns =
        "i INTEGER, l BIGINT, d DOUBLE, f FLOAT, s VARCHAR, dt DATE, ts TIMESTAMPTZ, n TIMESTAMP, c DECIMAL(10,2), e DECIMAL(38,4), b BOOLEAN, pd DATE, ps VARCHAR, pi INTEGER";

    private const int Files = 12;

    private static readonly string[] Names = ["i", "l", "d", "f", "s", "dt", "ts", "n", "c", "e", "b", "pd", "ps", "pi"];

    private readonly TableFolder folder = new();
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task No_file_with_a_matching_row_is_left_out_and_many_others_are(int seed)
    {
        var random = new Random(seed);
        using var connection = database.Connect();
        var snapshot = await CreateAsync(connection, random);
        var (matching, kept) = (0, 0);
        for (var round = 0; round < 150; round++)
        {
            var sql = Condition(random, 3);
            var predicate = SqlPredicate.TryParse(sql).ShouldNotBeNull(sql);

            var expected = connection.Query($"SELECT DISTINCT 'f' || file FROM rows WHERE {sql}").Rows().Select(row => (string)row[0]!).ToList();
            var found = snapshot.FilesMatching(predicate).Select(file => file.Path).ToList();

            expected.Except(found).ShouldBeEmpty(sql);
            snapshot.CountFilesMatching(predicate).ShouldBe(found.Count);
            matching += expected.Count;
            kept += found.Count;
        }

        // Of the files without a match, a good part is left out.
        ((150 * Files) - kept).ShouldBeGreaterThan(((150 * Files) - matching) / 3);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task A_list_of_constants_leaves_out_what_each_of_them_leaves_out(int seed)
    {
        var random = new Random(seed);
        using var connection = database.Connect();
        var snapshot = await CreateAsync(connection, random);
        var (all, kept) = (Find("i IS NULL OR i IS NOT NULL"), 0);
        foreach (var name in Names)
        {
            for (var round = 0; round < 20; round++)
            {
                // A cast is no constant in a list, whatever comes of it.
                var constants = Enumerable
                    .Range(0, random.Next(1, 8))
                    .Select(_ => random.Next(9) == 0 ? "NULL" : Value(name, random, random.Next(4)).Replace("'NaN'::DOUBLE", "1.5", StringComparison.Ordinal))
                    .ToList();
                var any = constants.SelectMany(constant => Find($"{name} = {constant}")).ToHashSet();
                var none = constants.Select(constant => Find($"NOT ({name} = {constant})")).Aggregate(all, (left, right) => [.. left.Intersect(right)]);

                Find($"{name} IN ({string.Join(", ", constants)})").ShouldBe(any, ignoreOrder: true, name);
                Find(string.Join(" OR ", constants.Select(constant => $"{name} = {constant}"))).ShouldBe(any, ignoreOrder: true, name);
                Find($"{name} NOT IN ({string.Join(", ", constants)})").ShouldBe(none, ignoreOrder: true, name);
                kept += any.Count;
            }
        }

        kept.ShouldBeInRange(1, (Names.Length * 20 * Files * 3 / 4));

        List<string> Find(string sql) => [.. snapshot.FilesMatching(SqlPredicate.TryParse(sql).ShouldNotBeNull(sql)).Select(file => file.Path)];
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    private Task<Snapshot> CreateAsync(DuckDbConnection connection, Random random)
    {
        connection.Execute($"CREATE TABLE rows (file INTEGER, {Columns})");
        for (var file = 0; file < Files; file++)
            InsertFile(connection, file, random);
        return CommitAsync(connection, random);
    }

    private static void InsertFile(DuckDbConnection connection, int file, Random random)
    {
        var partition = string.Join(", ", Names[^3..].Select(name => random.Next(6) == 0 ? "NULL" : Value(name, random, random.Next(4))));
        var near = Names.ToDictionary(name => name, _ => random.Next(4));
        var isNull = Names.ToDictionary(name => name, _ => random.Next(8));
        for (var row = random.Next(1, 5); row > 0; row--)
        {
            var values = Names[..^3].Select(name => isNull[name] == 0 || (isNull[name] < 3 && random.Next(3) == 0) ? "NULL" : Value(name, random, near[name]));
            connection.Execute($"INSERT INTO rows VALUES ({file}, {string.Join(", ", values)}, {partition})");
        }
    }

    // A value of the column as SQL, of one of four neighbourhoods.
    private static string Value(string name, Random random, int near)
    {
        var small = (near * 10) + random.Next(5);
        var text = string.Create(CultureInfo.InvariantCulture, $"{small - 15}");
        return name switch
        {
            "i" or "pi" => text,
            "l" => text + "000000000000001",
            "d" => random.Next(8) == 0 ? "'NaN'::DOUBLE" : text + (random.Next(2) == 0 ? ".1" : ".25"),
            "f" => text + ".1",
            "c" => text + ".25",
            "e" => text + "12345678901234567890.1234",
            "s" => random.Next(4) switch
            {
                0 => $"'{new string((char)('a' + near), 40)}{random.Next(3)}'",
                1 => $"'{(char)('a' + near)}\U0001F600{new string('\uffff', 40)}'",
                2 => $"'{(char)('a' + near)}'",
                _ => $"'{(char)('a' + near)} {random.Next(3)}'",
            },
            "ps" => $"'{(char)('a' + near)} %/{random.Next(3)}'",
            "dt" or "pd" => $"DATE '2020-0{near + 1}-{random.Next(1, 5):D2}'",
            "ts" => $"TIMESTAMPTZ '2020-01-01 00:00:00.00{near}{random.Next(300):D3}+00'",
            "n" => $"TIMESTAMP '2020-01-01 00:00:00.00{near}{random.Next(300):D3}'",
            _ => near % 2 == 0 ? "true" : "false",
        };
    }

    private static string Condition(Random random, int depth)
    {
        if (depth > 0 && random.Next(3) > 0)
        {
            return random.Next(5) switch
            {
                0 => $"NOT ({Condition(random, depth - 1)})",
                1 or 2 => $"({Condition(random, depth - 1)} OR {Condition(random, depth - 1)})",
                _ => $"{Condition(random, 0)} AND {Condition(random, 0)}",
            };
        }

        var name = Names[random.Next(Names.Length)];
        var (first, second) = (Value(name, random, random.Next(4)), Value(name, random, random.Next(4)));
        string[] comparisons = ["=", "<>", "<", "<=", ">", ">="];
        return random.Next(9) switch
        {
            0 => $"{name} IS NULL",
            1 => $"{name} IS NOT NULL",
            2 => $"{name} NOT IN ({first}, {second})",
            3 => $"{name} IN ({first}, {second})",
            4 when name is "s" or "ps" => $"{name} LIKE '{first[1..random.Next(2, first.Length - 1)].Replace("%", "", StringComparison.Ordinal)}%'",
            4 => $"{name} IS NOT DISTINCT FROM {first}",
            5 when !first.Contains("NaN", StringComparison.Ordinal) => $"{first} {comparisons[random.Next(6)]} {name}",
            _ => $"{name} {comparisons[random.Next(6)]} {first}",
        };
    }

    private static string Json(object? value) =>
        value switch
        {
            null => "null",
            string text => JsonSerializer.Serialize(text),
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    private async Task<Snapshot> CommitAsync(DuckDbConnection connection, Random random)
    {
        string[] types =
        [
            "integer",
            "long",
            "double",
            "float",
            "string",
            "date",
            "timestamp",
            "timestamp_ntz",
            "decimal(10,2)",
            "decimal(38,4)",
            "boolean",
            "date",
            "string",
            "integer",
        ];
        var fields = Names.Zip(types, (name, type) => $$$"""{"name":"{{{name}}}","type":"{{{type}}}","nullable":true,"metadata":{}}""");
        var lines = new List<DeltaAction>
        {
            TableFolder.NewProtocol(3, 7, ["timestampNtz"], ["timestampNtz"]),
            TableFolder.NewMetadata() with
            {
                SchemaString = $$"""{"type":"struct","fields":[{{string.Join(',', fields)}}]}""",
                PartitionColumns = ["pd", "ps", "pi"],
            },
        };
        for (var file = 0; file < Files; file++)
        {
            var values = connection
                .Query($"SELECT first(strftime(pd, '%Y-%m-%d')), first(ps), first(pi::VARCHAR) FROM rows WHERE file = {file}")
                .Rows()
                .Single();
            lines.Add(
                TableFolder.File($"f{file}") with
                {
                    PartitionValues = new Dictionary<string, string?>
                    {
                        ["pd"] = (string?)values[0],
                        ["ps"] = (string?)values[1],
                        ["pi"] = (string?)values[2],
                    },
                    Stats = random.Next(10) == 0 ? null : Statistics(connection, file, random),
                }
            );
        }

        folder.Commit(0, System.Text.Encoding.UTF8.GetString(ActionWriter.Write(lines).Span).TrimEnd().Split('\n'));
        return await folder.Table.LoadAsync();
    }

    // Texts and times are cut, and what is not a number is passed over.
    private static string Statistics(DuckDbConnection connection, int file, Random random)
    {
        var bounds = new List<string> { "min", "max" }.Select(bound =>
            string.Join(
                ',',
                Names[..^4]
                    .Where(_ => random.Next(12) > 0)
                    .Select(name =>
                    {
                        var value = name switch
                        {
                            "d" => $"{bound}(d) FILTER (NOT isnan(d))",
                            "s" => $"left({bound}(s), 32)",
                            "dt" => $"strftime({bound}(dt), '%Y-%m-%d')",
                            "ts" => $"strftime({bound}(ts) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')",
                            "n" => $"strftime({bound}(n), '%Y-%m-%dT%H:%M:%S.%g')",
                            _ => $"{bound}({name})",
                        };
                        return $"\"{name}\":{Json(connection.Query($"SELECT {value} FROM rows WHERE file = {file}").Rows().Single()[0])}";
                    })
            )
        );
        var nulls = string.Join(
            ',',
            Names[..^3].Select(name => $"\"{name}\":{connection.Scalar<long>($"SELECT count(*) - count({name}) FROM rows WHERE file = {file}")}")
        );
        var (min, max) = (bounds.First(), bounds.Last());
        return $$$"""{"numRecords":{{{connection.Scalar<long>($"SELECT count(*) FROM rows WHERE file = {file}")}}},"minValues":{{{{min}}}},"maxValues":{{{{max}}}},"nullCount":{{{{nulls}}}}}""";
    }
}
