-- Which slices the growth of a month on the same month a year earlier comes from: each slice's change over the base of
-- all, over seven dimensions; of each the two farthest beyond their size, of all the six that explain a twentieth
-- or more. A slice's own growth stands beside it, for the month and for the one a year earlier.
WITH slices AS (
    SELECT CASE 0 WHEN grouping(product) THEN 'product' WHEN grouping(category) THEN 'category'
                  WHEN grouping(customer) THEN 'customer' WHEN grouping(region) THEN 'region'
                  WHEN grouping(salesperson) THEN 'salesperson' WHEN grouping(department) THEN 'department'
                  WHEN grouping(company) THEN 'company' END AS dimension,
           coalesce(product, category, customer, region, salesperson, department, company) AS value,
           sum(revenue) FILTER (years = 0) AS now, count(*) FILTER (years = 0) AS n,
           sum(revenue) FILTER (years = 1) AS before, sum(revenue) FILTER (years = 2) AS earlier,
           bool_or(years < 2) AS present
    FROM (
        SELECT coalesce(material_code, material_name) AS product, category,
               coalesce(customer_name, customer_code) AS customer, region, salesperson, department, company, revenue,
               CASE WHEN day >= $start THEN 0 WHEN day >= $start::DATE - INTERVAL 1 YEAR THEN 1 ELSE 2 END AS years
        FROM sales_facts
        WHERE ledger = $ledger AND reason IS NULL
          AND (day >= $start AND day < $end
               OR day >= $start::DATE - INTERVAL 1 YEAR AND day < $end::DATE - INTERVAL 1 YEAR
               OR day >= $start::DATE - INTERVAL 2 YEAR AND day < $end::DATE - INTERVAL 2 YEAR)
    ) GROUP BY GROUPING SETS (product, category, customer, region, salesperson, department, company)
), changes AS (
    SELECT *, coalesce(now, 0)::DOUBLE - coalesce(before, 0)::DOUBLE AS change,
           sum(before) OVER own AS base, count(*) OVER own AS of_them,
           sum(coalesce(now, 0)::DOUBLE - coalesce(before, 0)::DOUBLE) OVER own AS total
    FROM slices WHERE present WINDOW own AS (PARTITION BY dimension)
), pushed AS (
    -- Where slices cancel each other out, a share is of what pushes that way.
    SELECT *, sum(change) FILTER (change * total > 0) OVER (PARTITION BY dimension) AS pushing FROM changes
), parts AS (
    SELECT *, change / base AS contribution,
           change / CASE WHEN abs(total) < 0.5 * abs(pushing) THEN pushing ELSE total END AS share,
           share - coalesce(before, 0)::DOUBLE / base AS excess
    FROM pushed WHERE base > 0 AND of_them > 1
), ranked AS (
    SELECT * FROM parts WHERE share > 0
    QUALIFY row_number() OVER (PARTITION BY dimension ORDER BY excess DESC, abs(contribution) DESC, value) <= 2
)
SELECT dimension, value, CASE WHEN before > 0 THEN now / before - 1 END AS figure,
       CASE WHEN earlier > 0 THEN before / earlier - 1 END AS before, n, contribution, share, excess
FROM ranked WHERE share >= 0.05 ORDER BY excess DESC, share DESC, dimension, value LIMIT 6
