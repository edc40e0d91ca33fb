// pgx through the router: each step fails when the answer is not PostgreSQL's.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func equal(got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		panic(fmt.Sprintf("%v instead of %v", got, want))
	}
}

func fails(err error, code string) {
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != code {
		panic(fmt.Sprintf("%v instead of SQLSTATE %s", err, code))
	}
}

// Each mode of pgx: statements cached by name, descriptions cached, neither, and simple queries.
var modes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for n, mode := range modes {
		config, err := pgxpool.ParseConfig(os.Getenv("SMOKE_URL"))
		must(err)
		config.MaxConns = 12
		config.ConnConfig.DefaultQueryExecMode = mode
		pool, err := pgxpool.NewWithConfig(ctx, config)
		must(err)
		smoke(ctx, pool, n*100_000)
		pool.Close()
	}
}

func smoke(ctx context.Context, pool *pgxpool.Pool, base int) {
	var group sync.WaitGroup
	for n := range 12 {
		group.Go(func() {
			conn, err := pool.Acquire(ctx)
			must(err)
			defer conn.Release()
			for i := range 20 {
				id := base + n*1000 + i
				_, err := conn.Exec(ctx, "INSERT INTO entry VALUES ($1, $2)", id, fmt.Sprint("name ", id))
				must(err)
				var name string
				must(conn.QueryRow(ctx, "SELECT name FROM entry WHERE id = $1", id).Scan(&name))
				equal(name, fmt.Sprint("name ", id))
			}
		})
	}
	group.Wait()

	conn, err := pool.Acquire(ctx)
	must(err)
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	must(err)
	_, err = tx.Exec(ctx, "DELETE FROM entry")
	must(err)
	_, err = tx.Exec(ctx, "SELECT 1/0")
	fails(err, "22012")
	must(tx.Rollback(ctx))
	var count int
	must(conn.QueryRow(ctx, "SELECT count(*)::int FROM entry WHERE id >= $1", base).Scan(&count))
	equal(count, 240)

	// A batch is a pipeline.
	batch := &pgx.Batch{}
	for i := range 50 {
		batch.Queue("SELECT $1::int", i)
	}
	results := conn.SendBatch(ctx, batch)
	for i := range 50 {
		var got int
		must(results.QueryRow().Scan(&got))
		equal(got, i)
	}
	must(results.Close())

	rows := [][]any{}
	for i := range 3000 {
		rows = append(rows, []any{base + 50_000 + i, "copied"})
	}
	copied, err := conn.CopyFrom(ctx, pgx.Identifier{"entry"}, []string{"id", "name"}, pgx.CopyFromRows(rows))
	must(err)
	equal(copied, 3000)

	short, stop := context.WithTimeout(ctx, 200*time.Millisecond)
	defer stop()
	other := another(ctx, conn.Conn())
	if _, err := other.Exec(short, "SELECT pg_sleep(10)"); err == nil {
		panic("not cancelled")
	}
	listener := another(ctx, conn.Conn())
	_, err = listener.Exec(ctx, "LISTEN smoke")
	must(err)
	_, err = pool.Exec(ctx, "SELECT pg_notify('smoke', 'payload')")
	must(err)
	heard, err := listener.WaitForNotification(ctx)
	must(err)
	equal(heard.Payload, "payload")
	must(listener.Close(ctx))
}

// Not by like.Config(): whatever connects by it hands its notifications to like.
func another(ctx context.Context, like *pgx.Conn) *pgx.Conn {
	config, err := pgx.ParseConfig(os.Getenv("SMOKE_URL"))
	must(err)
	config.DefaultQueryExecMode = like.Config().DefaultQueryExecMode
	conn, err := pgx.ConnectConfig(ctx, config)
	must(err)
	return conn
}
