namespace Tideway.DuckDb.Tests;

public sealed class LockedDatabaseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string allowed;
    private readonly Session session;

    public LockedDatabaseTests()
    {
        Directory.CreateDirectory(folder.File("in"));
        allowed = folder.File("allowed.csv");
        File.WriteAllText(allowed, "a,b\n1,2\n");
        File.WriteAllText(folder.File("secret.csv"), "a,b\n3,4\n");
        File.WriteAllText(System.IO.Path.Combine(folder.File("in"), "x.csv"), "a,b\n5,6\n");
        session = new Session(
            new DuckDbOptions
            {
                Locked = true,
                AllowedPaths = [allowed],
                AllowedDirectories = [folder.File("in")],
            }
        );
    }

    public static TheoryData<string> Forbidden =>
        [
            "SELECT * FROM read_csv('/etc/passwd')",
            "SELECT * FROM '/etc/passwd'",
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT * FROM read_blob('/etc/host*')",
            "SELECT * FROM glob('/etc/*')",
            "SELECT * FROM read_parquet('https://example.com/x.parquet')",
            "SELECT * FROM read_csv('{folder}/secret.csv')",
            "SELECT * FROM read_csv('{folder}/in/../secret.csv')",
            "SELECT * FROM read_csv('{folder}/*.csv')",
            "SELECT * FROM parquet_metadata('/etc/passwd')",
            "SELECT * FROM sniff_csv('/etc/passwd')",
            "COPY (SELECT 1) TO '{folder}/out.csv'",
            "COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)",
            "CREATE TABLE t (a VARCHAR); COPY t FROM '/etc/passwd'",
            "EXPORT DATABASE '{folder}/dump'",
            "IMPORT DATABASE '{folder}/dump'",
            "ATTACH '{folder}/other.db'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "LOAD '{folder}/x.duckdb_extension'",
            "SET enable_external_access = true",
            "SET allowed_directories = ['/']",
            "SET memory_limit = '100GB'",
            "SET GLOBAL threads = 64",
            "RESET lock_configuration",
            "PRAGMA memory_limit = '100GB'",
            "SET lock_configuration = false",
            "SET temp_directory = '/tmp'",
            "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
            "PRAGMA enable_profiling = 'json'; PRAGMA profiling_output = '{folder}/profile.json'",
        ];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void What_reaches_outside_is_refused(string sql)
    {
        var before = Entries();

        Should.Throw<DuckDbException>(() => session.Rows(sql.Replace("{folder}", folder.Path)));

        Entries().ShouldBe(before);
        session.Value("SELECT 1").ShouldBe(1);
    }

    [Fact]
    public void Allowed_files_and_folders_are_read()
    {
        session.Value($"SELECT sum(a) FROM read_csv({SqlText.Literal(allowed)})").ShouldBe((Int128)1);
        session.Value($"SELECT sum(a) FROM read_csv('{folder.Path}/in/*.csv')").ShouldBe((Int128)5);
    }

    [Fact]
    public void Tables_in_memory_work() => session.Value("CREATE TABLE t AS SELECT 1 AS a; SELECT a FROM t").ShouldBe(1);

    [Fact]
    public void A_second_connection_is_locked_too()
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions { Locked = true });
        using var connection = database.Connect();

        Should.Throw<DuckDbException>(() => connection.Query("SELECT * FROM read_text('/etc/passwd')")).Error.ShouldBe(DuckDbError.Permission);
    }

    public void Dispose()
    {
        session.Dispose();
        folder.Dispose();
    }

    private string[] Entries() => [.. Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order()];
}
