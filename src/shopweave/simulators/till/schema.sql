CREATE TABLE phppos_locations (
  location_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name TEXT, company TEXT, address TEXT, phone TEXT, email TEXT, timezone TEXT,
  deleted INT(1) DEFAULT 0,
  tax_class_id INT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_ecommerce_locations (
  location_id INT NOT NULL PRIMARY KEY,
  FOREIGN KEY (location_id) REFERENCES phppos_locations (location_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_app_files (
  file_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  file_name VARCHAR(255) NOT NULL,
  file_data LONGBLOB NOT NULL,
  timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  expires TIMESTAMP NULL DEFAULT NULL,
  KEY file_name (file_name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_app_config (
  `key` VARCHAR(255) NOT NULL PRIMARY KEY, value TEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_people (
  person_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  first_name VARCHAR(255) NOT NULL, last_name VARCHAR(255) NOT NULL, full_name TEXT NOT NULL,
  phone_number VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL,
  address_1 VARCHAR(255) NOT NULL, address_2 VARCHAR(255) NOT NULL, city VARCHAR(255) NOT NULL,
  state VARCHAR(255) NOT NULL, zip VARCHAR(255) NOT NULL, country VARCHAR(255) NOT NULL,
  comments TEXT NOT NULL,
  image_id INT NULL,
  create_date TIMESTAMP NULL DEFAULT NULL, last_modified TIMESTAMP NULL DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_employees (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  username VARCHAR(255) NULL UNIQUE, password VARCHAR(255) NOT NULL,
  person_id INT NOT NULL, inactive INT(1) NOT NULL DEFAULT 0, deleted INT(1) NOT NULL DEFAULT 0,
  KEY person_id (person_id),
  FOREIGN KEY (person_id) REFERENCES phppos_people (person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_customers (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id INT NOT NULL, account_number VARCHAR(255) NULL UNIQUE,
  company_name VARCHAR(255) NOT NULL, balance DECIMAL(23,10) NOT NULL DEFAULT 0,
  taxable INT(1) NOT NULL DEFAULT 1, tier_id INT NULL, deleted INT(1) NOT NULL DEFAULT 0,
  location_id INT NULL, internal_notes TEXT NOT NULL,
  KEY person_id (person_id),
  FOREIGN KEY (person_id) REFERENCES phppos_people (person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_suppliers (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id INT NOT NULL, company_name VARCHAR(255) NOT NULL,
  account_number VARCHAR(255) NULL UNIQUE, deleted INT(1) NOT NULL DEFAULT 0,
  KEY person_id (person_id),
  FOREIGN KEY (person_id) REFERENCES phppos_people (person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_manufacturers (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  deleted INT(1) NOT NULL DEFAULT 0, name VARCHAR(255) NOT NULL, KEY name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_categories (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  ecommerce_category_id VARCHAR(255) NULL,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted INT(1) NOT NULL DEFAULT 0, hide_from_grid INT(1) NOT NULL DEFAULT 0,
  parent_id INT NULL, name VARCHAR(255) NOT NULL, image_id INT NULL, color TEXT,
  system_category INT(1) DEFAULT 0, exclude_from_e_commerce INT(1) NOT NULL DEFAULT 0,
  category_info_popup TEXT,
  FOREIGN KEY (parent_id) REFERENCES phppos_categories (id),
  FOREIGN KEY (image_id) REFERENCES phppos_app_files (file_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_tax_classes (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, `order` INT NOT NULL DEFAULT 0, location_id INT NULL,
  deleted INT(1) NOT NULL DEFAULT 0, name VARCHAR(255) NOT NULL, ecommerce_tax_class_id VARCHAR(255) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_tax_classes_taxes (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, `order` INT NOT NULL DEFAULT 0, tax_class_id INT NOT NULL,
  name VARCHAR(255) NOT NULL, percent DECIMAL(15,3) NOT NULL, cumulative INT(1) NOT NULL DEFAULT 0,
  ecommerce_tax_class_tax_rate_id VARCHAR(255) NULL,
  UNIQUE KEY unique_tax (tax_class_id, name, percent),
  FOREIGN KEY (tax_class_id) REFERENCES phppos_tax_classes (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_items (
  item_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL, barcode_name VARCHAR(255) NOT NULL DEFAULT '',
  item_number VARCHAR(255) NULL, product_id VARCHAR(255) NULL,
  category_id INT NULL, supplier_id INT NULL, manufacturer_id INT NULL,
  description TEXT NOT NULL, long_description LONGTEXT NOT NULL, size VARCHAR(255) NOT NULL DEFAULT '',
  tags VARCHAR(255) DEFAULT '',
  cost_price DECIMAL(23,10) NOT NULL, unit_price DECIMAL(23,10) NOT NULL,
  promo_price DECIMAL(23,10) NULL, start_date DATE NULL, end_date DATE NULL,
  tax_included INT(1) NOT NULL DEFAULT 0, override_default_tax INT(1) NOT NULL DEFAULT 0, tax_class_id INT NULL,
  reorder_level DECIMAL(23,10) NULL, replenish_level DECIMAL(23,10) NULL,
  weight DECIMAL(23,10) NULL, weight_unit VARCHAR(255) NULL,
  length DECIMAL(23,10) NULL, width DECIMAL(23,10) NULL, height DECIMAL(23,10) NULL,
  is_service INT(1) NOT NULL DEFAULT 0, is_serialized TINYINT(1) NOT NULL, allow_alt_description TINYINT(1) NOT NULL,
  only_integer INT(1) NOT NULL DEFAULT 0,
  system_item INT(1) NOT NULL DEFAULT 0, item_inactive INT(1) DEFAULT 0, deleted INT(1) NOT NULL DEFAULT 0,
  is_ecommerce INT(1) DEFAULT 1,
  ecommerce_product_id VARCHAR(255) NULL, ecommerce_product_quantity VARCHAR(255) NULL,
  ecommerce_inventory_item_id VARCHAR(255) NULL, ecommerce_shipping_class_id VARCHAR(255) NULL,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ecommerce_last_modified TIMESTAMP NULL DEFAULT NULL, last_edited TIMESTAMP NULL DEFAULT NULL,
  main_image_id INT NULL,
  UNIQUE KEY item_number (item_number), UNIQUE KEY product_id (product_id),
  KEY last_modified (last_modified), KEY deleted (deleted),
  FOREIGN KEY (category_id) REFERENCES phppos_categories (id),
  FOREIGN KEY (manufacturer_id) REFERENCES phppos_manufacturers (id),
  FOREIGN KEY (tax_class_id) REFERENCES phppos_tax_classes (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_item_variations (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  item_id INT NOT NULL, name VARCHAR(255) DEFAULT '', item_number VARCHAR(255) NULL,
  unit_price DECIMAL(23,10) NULL, cost_price DECIMAL(23,10) NULL, promo_price DECIMAL(23,10) NULL,
  start_date DATE NULL, end_date DATE NULL,
  reorder_level DECIMAL(23,10) NULL, replenish_level DECIMAL(23,10) NULL,
  deleted INT(1) NOT NULL DEFAULT 0, is_ecommerce INT(1) NOT NULL DEFAULT 1,
  ecommerce_variation_id VARCHAR(255) NULL, ecommerce_variation_quantity VARCHAR(255) NULL,
  ecommerce_inventory_item_id VARCHAR(255) NULL,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, ecommerce_last_modified TIMESTAMP NULL DEFAULT NULL,
  UNIQUE KEY item_number (item_number),
  FOREIGN KEY (item_id) REFERENCES phppos_items (item_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_attributes (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, item_id INT NULL, ecommerce_attribute_id VARCHAR(255) NOT NULL,
  name VARCHAR(255) NOT NULL, deleted INT(1) NOT NULL DEFAULT 0,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE KEY name (item_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_attribute_values (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, ecommerce_attribute_term_id VARCHAR(255) NOT NULL,
  attribute_id INT NOT NULL, name VARCHAR(255) NOT NULL, deleted INT(1) NOT NULL DEFAULT 0,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE KEY name_attribute_id (name, attribute_id),
  FOREIGN KEY (attribute_id) REFERENCES phppos_attributes (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_item_variation_attribute_values (
  attribute_value_id INT NOT NULL, item_variation_id INT NOT NULL,
  PRIMARY KEY (attribute_value_id, item_variation_id),
  FOREIGN KEY (attribute_value_id) REFERENCES phppos_attribute_values (id) ON DELETE CASCADE,
  FOREIGN KEY (item_variation_id) REFERENCES phppos_item_variations (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_additional_item_numbers (
  item_id INT NOT NULL, item_number VARCHAR(255) NOT NULL, item_variation_id INT NULL,
  PRIMARY KEY (item_id, item_number), UNIQUE KEY item_number (item_number),
  FOREIGN KEY (item_id) REFERENCES phppos_items (item_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_item_images (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title VARCHAR(255) NOT NULL DEFAULT '', alt_text VARCHAR(255) NOT NULL DEFAULT '',
  item_id INT NULL, item_variation_id INT NULL, ecommerce_image_id VARCHAR(255) NULL, image_id INT NULL,
  FOREIGN KEY (item_id) REFERENCES phppos_items (item_id),
  FOREIGN KEY (image_id) REFERENCES phppos_app_files (file_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_location_items (
  location_id INT NOT NULL, item_id INT NOT NULL,
  location VARCHAR(255) NOT NULL DEFAULT '',
  cost_price DECIMAL(23,10) NULL, unit_price DECIMAL(23,10) NULL, promo_price DECIMAL(23,10) NULL,
  start_date DATE NULL, end_date DATE NULL,
  quantity DECIMAL(23,10) DEFAULT 0,
  reorder_level DECIMAL(23,10) NULL, replenish_level DECIMAL(23,10) NULL,
  override_default_tax INT(1) NOT NULL DEFAULT 0, tax_class_id INT NULL,
  PRIMARY KEY (location_id, item_id), KEY quantity (quantity),
  FOREIGN KEY (location_id) REFERENCES phppos_locations (location_id),
  FOREIGN KEY (item_id) REFERENCES phppos_items (item_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_location_item_variations (
  item_variation_id INT NOT NULL, location_id INT NOT NULL,
  quantity DECIMAL(23,10) NULL,
  reorder_level DECIMAL(23,10) NULL, replenish_level DECIMAL(23,10) NULL,
  unit_price DECIMAL(23,10) NULL, cost_price DECIMAL(23,10) NULL,
  PRIMARY KEY (item_variation_id, location_id),
  FOREIGN KEY (item_variation_id) REFERENCES phppos_item_variations (id),
  FOREIGN KEY (location_id) REFERENCES phppos_locations (location_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_inventory (
  trans_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  trans_items INT NOT NULL DEFAULT 0, item_variation_id INT NULL, trans_user INT NOT NULL DEFAULT 0,
  trans_date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  trans_comment TEXT NOT NULL,
  trans_inventory DECIMAL(23,10) NOT NULL DEFAULT 0,
  location_id INT NOT NULL, trans_current_quantity DECIMAL(23,10) NULL,
  KEY trans_date (trans_date, trans_inventory, location_id),
  FOREIGN KEY (trans_items) REFERENCES phppos_items (item_id),
  FOREIGN KEY (trans_user) REFERENCES phppos_employees (person_id),
  FOREIGN KEY (location_id) REFERENCES phppos_locations (location_id),
  FOREIGN KEY (item_variation_id) REFERENCES phppos_item_variations (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_sale_types (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), sort INT NOT NULL,
  system_sale_type INT(1) NOT NULL DEFAULT 0, remove_quantity INT(1) DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_registers (
  register_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, location_id INT NOT NULL, name VARCHAR(255) NOT NULL,
  deleted INT(1) NOT NULL DEFAULT 0, FOREIGN KEY (location_id) REFERENCES phppos_locations (location_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_sales (
  sale_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sale_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  customer_id INT NULL, employee_id INT NOT NULL DEFAULT 0, sold_by_employee_id INT NULL,
  location_id INT NOT NULL, register_id INT NULL,
  comment TEXT NOT NULL, discount_reason TEXT NOT NULL, payment_type TEXT, cc_ref_no VARCHAR(255) NOT NULL,
  suspended INT NOT NULL DEFAULT 0, deleted INT(1) NOT NULL DEFAULT 0, deleted_by INT NULL,
  is_ecommerce INT(1) NOT NULL DEFAULT 0, ecommerce_order_id BIGINT NULL, ecommerce_status VARCHAR(255) NOT NULL DEFAULT '',
  total_quantity_purchased DECIMAL(23,10) NOT NULL DEFAULT 0,
  subtotal DECIMAL(23,10) NOT NULL DEFAULT 0, tax DECIMAL(23,10) NOT NULL DEFAULT 0,
  total DECIMAL(23,10) NOT NULL DEFAULT 0, profit DECIMAL(23,10) NOT NULL DEFAULT 0,
  return_sale_id INT NULL, tip DECIMAL(23,10) NULL,
  last_modified TIMESTAMP NULL DEFAULT NULL,
  KEY ecommerce_order_id (ecommerce_order_id),
  KEY sales_search (location_id, deleted, sale_time, suspended),
  FOREIGN KEY (employee_id) REFERENCES phppos_employees (person_id),
  FOREIGN KEY (customer_id) REFERENCES phppos_customers (person_id),
  FOREIGN KEY (location_id) REFERENCES phppos_locations (location_id),
  FOREIGN KEY (suspended) REFERENCES phppos_sale_types (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_sales_items (
  sale_id INT NOT NULL DEFAULT 0, item_id INT NOT NULL DEFAULT 0, line INT NOT NULL DEFAULT 0,
  item_variation_id INT NULL, description TEXT, serialnumber VARCHAR(255) NULL,
  quantity_purchased DECIMAL(23,10) NOT NULL DEFAULT 0, quantity_received DECIMAL(23,10) NOT NULL DEFAULT 0,
  damaged_qty DECIMAL(23,10) NOT NULL DEFAULT 0, unit_quantity DECIMAL(23,10) NULL,
  item_cost_price DECIMAL(23,10) NOT NULL, item_unit_price DECIMAL(23,10) NOT NULL,
  regular_item_unit_price_at_time_of_sale DECIMAL(23,10) NULL,
  discount_percent DECIMAL(15,3) NOT NULL DEFAULT 0,
  subtotal DECIMAL(23,10) NOT NULL DEFAULT 0, tax DECIMAL(23,10) NOT NULL DEFAULT 0,
  total DECIMAL(23,10) NOT NULL DEFAULT 0, profit DECIMAL(23,10) NOT NULL DEFAULT 0,
  PRIMARY KEY (sale_id, item_id, line),
  FOREIGN KEY (sale_id) REFERENCES phppos_sales (sale_id),
  FOREIGN KEY (item_id) REFERENCES phppos_items (item_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_sales_items_taxes (
  sale_id INT NOT NULL, item_id INT NOT NULL, line INT NOT NULL DEFAULT 0,
  name VARCHAR(255) NOT NULL, percent DECIMAL(15,3) NOT NULL, cumulative INT(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (sale_id, item_id, line, name, percent)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE phppos_sales_payments (
  payment_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, sale_id INT NOT NULL,
  payment_type VARCHAR(255) NOT NULL, payment_amount DECIMAL(23,10) NOT NULL,
  auth_code VARCHAR(255) DEFAULT '', ref_no VARCHAR(255) DEFAULT '', truncated_card VARCHAR(255) DEFAULT '',
  card_issuer VARCHAR(255) DEFAULT '', payment_date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (sale_id) REFERENCES phppos_sales (sale_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO');
INSERT INTO phppos_sale_types (id,name,sort,system_sale_type,remove_quantity) VALUES
 (0,'common_sale',0,1,0),(1,'common_layaway',0,1,1),(2,'common_estimate',0,1,0),(3,'E-Commerce',99,0,1);
INSERT INTO phppos_locations (location_id,name,deleted) VALUES (1,'Default',0);
INSERT INTO phppos_people (person_id,first_name,last_name,full_name,phone_number,email,address_1,address_2,city,state,zip,country,comments)
 VALUES (1,'Store','Admin','Store Admin','','admin@example.test','','','','','','','');
INSERT INTO phppos_employees (username,password,person_id) VALUES ('admin','x',1);
INSERT INTO phppos_registers (register_id,location_id,name) VALUES (1,1,'Default');
INSERT INTO phppos_app_config (`key`, value) VALUES ('currency_code','EUR'),('sale_prefix','POS');
